#include "core/domain/kernel/targets.h"

#include "core/domain/kernel/fields.h"

/* ---- for the functions of rules ---- */

struct str targets_field(const struct decide *d, const char *name)
{
    return fields_string(registry_subject_of(registry_command_payload(d->command)), name);
}

void targets_add(struct targets *targets, struct object object)
{
    assert(targets->count < TARGETS_MAX);
    targets->items[targets->count++] = object;
}

void targets_add_named(struct targets *targets, enum object_kind kind, struct str id)
{
    if (id.size > 0) {
        targets_add(targets, (struct object){ kind, id });
    }
}

void targets_add_scope(struct targets *targets, struct str job_space_id)
{
    targets_add(targets, object_scope(job_space_id));
}

void targets_add_self(const struct decide *d, struct targets *targets)
{
    enum entity_kind kind = decide_type(d)->entity;
    targets_add(
        targets,
        object_of(kind, targets_field(d, registry_entity(kind)->descriptor->fields[0].name)));
}

/* ---- rules of no kind in particular ---- */

struct status targets_none(struct decide *d, struct targets *targets)
{
    (void)d;
    (void)targets;
    return status_ok();
}

struct status targets_org(struct decide *d, struct targets *targets)
{
    (void)d;
    targets_add(targets, object_org());
    return status_ok();
}

struct status targets_self(struct decide *d, struct targets *targets)
{
    targets_add_self(d, targets);
    return status_ok();
}

struct status targets_parent(struct decide *d, struct targets *targets)
{
    assert(targets->count == 0);
    targets_add_named(targets, OBJECT_GROUP, targets_field(d, "parent_group_id"));
    targets_add_named(targets, OBJECT_ASSET, targets_field(d, "parent_asset_id"));
    targets_add_named(targets, OBJECT_JOB_SPACE, targets_field(d, "job_space_id"));
    if (targets->count == 0) {
        targets_add(targets, object_org());
    }
    return status_ok();
}

struct status targets_move(struct decide *d, struct targets *targets)
{
    assert(targets->count == 0);
    targets_add_self(d, targets);
    const struct object moved = targets->items[0];
    assert(moved.kind == OBJECT_GROUP || moved.kind == OBJECT_ASSET);
    const char *field = moved.kind == OBJECT_GROUP ? "parent_group_id" : "parent_asset_id";
    const ProtobufCMessage *entity;
    TRY(view_get(d->view, moved.kind == OBJECT_GROUP ? ENTITY_GROUP : ENTITY_ASSET, moved.id,
                 &entity));
    if (entity != NULL) {
        targets_add_named(targets, moved.kind, fields_string(entity, field));
    }
    targets_add_named(targets, moved.kind, targets_field(d, field));
    return status_ok();
}
