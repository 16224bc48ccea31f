/* Which objects a command is about, by the rules that the registry names (enum object_rule).
 *
 * A command reaches as far as its effect: what moves, archives or restores a group or asset does so
 * to all below it; a grant on one covers all below it; whatever is put beside something of others
 * (a parent, a group included) is asked there, too, as it can be in their way. */
#include "core/domain/access/targets.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"

static struct str targets_field(const struct decide *d, const char *name)
{
    return fields_string(registry_command_payload(d->command), name);
}

static void targets_add(struct targets *targets, struct object object)
{
    assert(targets->count < TARGETS_MAX);
    targets->items[targets->count++] = object;
}

static struct object targets_scope(struct str job_space_id)
{
    return job_space_id.size > 0 ? (struct object){ OBJECT_JOB_SPACE, job_space_id } : object_org();
}

/* ---- the objects of each rule ---- */

static void targets_self(const struct decide *d, struct targets *targets)
{
    enum entity_kind kind = registry_command((unsigned)d->command->payload_case)->entity;
    const ProtobufCMessage *payload = registry_command_payload(d->command);
    targets_add(targets,
                object_of(kind, fields_string(payload, payload->descriptor->fields[0].name)));
}

static void targets_add_named(struct targets *targets, enum object_kind kind, struct str id)
{
    if (id.size > 0) {
        targets_add(targets, (struct object){ kind, id });
    }
}

static void targets_parent(const struct decide *d, struct targets *targets)
{
    targets_add_named(targets, OBJECT_GROUP, targets_field(d, "parent_group_id"));
    targets_add_named(targets, OBJECT_ASSET, targets_field(d, "parent_asset_id"));
    targets_add_named(targets, OBJECT_JOB_SPACE, targets_field(d, "job_space_id"));
    if (targets->count == 0) {
        targets_add(targets, object_org());
    }
}

static struct status targets_move(const struct decide *d, struct targets *targets)
{
    targets_self(d, targets);
    const struct object moved = targets->items[0];
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

static void targets_inclusion(const struct decide *d, struct targets *targets)
{
    targets_self(d, targets);
    targets_add(targets, (struct object){ OBJECT_GROUP, targets_field(d, "included_group_id") });
}

/* The subject of a credential: named in BindCredential, else that of the credential named. */
static struct status targets_subject(const struct decide *d, struct targets *targets)
{
    struct str subject_id = targets_field(d, "subject_id");
    const Agency__V1__Credential *credential = NULL;
    if (subject_id.size == 0) {
        TRY(view_credential(d->view, targets_field(d, "credential_id"), &credential));
    }
    subject_id = credential == NULL ? subject_id : str_z(credential->subject_id);
    targets_add(targets, subject_id.size == 0 ? object_org()
                                              : (struct object){ OBJECT_SUBJECT, subject_id });
    return status_ok();
}

/* An identity that somebody else gives or proves can be known to anybody: whoever binds it to a
 * subject of his own keeps its owner out. An API key is known to none but those who have it. */
static struct status targets_identity(const struct decide *d, struct targets *targets)
{
    TRY(targets_subject(d, targets));
    if (d->command->bind_credential->kind != AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY) {
        targets_add(targets, object_org());
    }
    return status_ok();
}

static bool targets_has_parent(const Agency__V1__Subject *subject, const char *parent_id)
{
    for (size_t i = 0; subject != NULL && i < subject->n_parent_subject_ids; i++) {
        if (strcmp(subject->parent_subject_ids[i], parent_id) == 0) {
            return true;
        }
    }
    return false;
}

static struct status targets_parents(struct decide *d, struct targets *targets)
{
    const Agency__V1__SetSubjectParents *command = d->command->set_subject_parents;
    const Agency__V1__Subject *subject;
    if (command->n_parent_subject_ids > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d parents, not %zu",
                             LIST_ITEMS_MAX, command->n_parent_subject_ids);
    }
    TRY(view_subject(d->view, str_z(command->subject_id), &subject));
    for (size_t i = 0; i < command->n_parent_subject_ids; i++) {
        const char *parent_id = command->parent_subject_ids[i];
        if (!targets_has_parent(subject, parent_id)) {
            targets_add(targets, (struct object){ OBJECT_SUBJECT, str_z(parent_id) });
        }
    }
    targets_self(d, targets);
    return status_ok();
}

/* What a seat is in: as CreateRole says, or as the seat that the command names was made. */
struct seat {
    struct str role_type;
    struct str job_space_id;
    char **group_ids;
    size_t group_ids_count;
};

static struct status targets_find_seat(const struct decide *d, struct seat *seat)
{
    *seat = (struct seat){ 0 };
    if ((unsigned)d->command->payload_case == COMMAND_CREATE_ROLE) {
        const Agency__V1__CreateRole *made = d->command->create_role;
        *seat = (struct seat){ str_z(made->role_type), str_z(made->job_space_id), made->group_ids,
                               made->n_group_ids };
        return status_ok();
    }
    const Agency__V1__Role *role;
    TRY(view_role(d->view, targets_field(d, "role_id"), &role));
    if (role != NULL) {
        *seat = (struct seat){ str_z(role->role_type), str_z(role->job_space_id), role->group_ids,
                               role->n_group_ids };
    }
    return status_ok();
}

/* The group, or, if it was deleted, the nearest above it that was not, else the org: so that what
 * it protected does not fall to the other groups of its seats. */
static struct status targets_add_kept(const struct decide *d, struct str id,
                                      struct targets *targets)
{
    for (size_t levels = 0; id.size > 0 && levels < HIERARCHY_LEVELS_MAX; levels++) {
        const Agency__V1__Group *group;
        TRY(view_group(d->view, id, &group));
        if (group == NULL || group->status != LIFE_REMOVED) {
            targets_add(targets, (struct object){ OBJECT_GROUP, id });
            return status_ok();
        }
        id = str_z(group->parent_group_id);
    }
    targets_add(targets, object_org());
    return status_ok();
}

static struct status targets_add_live(const struct decide *d, struct str id,
                                      struct targets *targets)
{
    const Agency__V1__Group *group;
    TRY(view_group(d->view, id, &group));
    if (group == NULL || group->status != LIFE_REMOVED) {
        targets_add(targets, (struct object){ OBJECT_GROUP, id });
    }
    return status_ok();
}

static struct status targets_seat(struct decide *d, const struct seat *seat, bool kept,
                                  struct targets *targets)
{
    if (seat->group_ids_count > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d groups, not %zu",
                             LIST_ITEMS_MAX, seat->group_ids_count);
    }
    for (size_t i = 0; i < seat->group_ids_count; i++) {
        const struct str id = str_z(seat->group_ids[i]);
        TRY(kept ? targets_add_kept(d, id, targets) : targets_add_live(d, id, targets));
    }
    if (targets->count == 0) {
        targets_add(targets, targets_scope(seat->job_space_id));
    }
    return status_ok();
}

/* Also the scope in which the permissions of its type count, or in which it has one place for all
 * (unless the type says which groups may use it). */
static struct status targets_seat_scope(const struct decide *d, const struct seat *seat,
                                        struct targets *targets)
{
    const Agency__V1__RoleType *type;
    TRY(view_role_type(d->view, seat->role_type, &type));
    if (type == NULL) {
        return status_ok();
    }
    bool single = type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_SINGLE;
    if (type->n_permissions > 0 || (single && type->n_group_ids == 0)) {
        targets_add(targets, targets_scope(seat->job_space_id));
    }
    return status_ok();
}

/* What a grant is on; the org for all assets of a type. */
static struct status targets_grant(const struct decide *d, struct targets *targets)
{
    const Agency__V1__GrantObject *on = NULL;
    const Agency__V1__Grant *grant;
    if ((unsigned)d->command->payload_case == COMMAND_GRANT_PERMISSION) {
        on = d->command->grant_permission->on;
    } else {
        TRY(view_grant(d->view, targets_field(d, "grant_id"), &grant));
        on = grant == NULL ? NULL : grant->on;
    }
    bool askable = on != NULL && (unsigned)on->kind <= OBJECT_SUBJECT &&
                   (unsigned)on->kind > OBJECT_ORG && (unsigned)on->kind != OBJECT_ASSET_TYPE;
    targets_add(targets, askable ? (struct object){ (enum object_kind)on->kind, str_z(on->id) }
                                 : object_org());
    return status_ok();
}

static void targets_config(const struct decide *d, struct targets *targets)
{
    unsigned kind = (unsigned)d->command->payload_case == COMMAND_SET_CONFIG
                        ? (unsigned)d->command->set_config->kind
                        : (unsigned)d->command->unset_config->kind;
    targets_add(targets, object_of((enum entity_kind)kind, targets_field(d, "entity_id")));
}

static struct status targets_seat_rule(struct decide *d, bool kept, struct targets *targets)
{
    struct seat seat;
    TRY(targets_find_seat(d, &seat));
    TRY_ACCEPTED(d, targets_seat(d, &seat, kept, targets));
    return kept ? targets_seat_scope(d, &seat, targets) : status_ok();
}

struct status targets_of(struct decide *d, enum object_rule rule, struct targets *targets)
{
    targets->count = 0;
    targets->any = rule == OBJECTS_INCLUSION_ANY;
    targets->below = rule == OBJECTS_BELOW || rule == OBJECTS_GRANT_BELOW;
    switch (rule) {
    case OBJECTS_NONE:
        return status_ok();
    case OBJECTS_ORG:
        targets_add(targets, object_org());
        return status_ok();
    case OBJECTS_SELF:
    case OBJECTS_BELOW:
        targets_self(d, targets);
        return status_ok();
    case OBJECTS_PARENT:
        targets_parent(d, targets);
        return status_ok();
    case OBJECTS_MOVE:
        return targets_move(d, targets);
    case OBJECTS_INCLUSION:
    case OBJECTS_INCLUSION_ANY:
        targets_inclusion(d, targets);
        return status_ok();
    case OBJECTS_SUBJECT:
        return targets_subject(d, targets);
    case OBJECTS_IDENTITY:
        return targets_identity(d, targets);
    case OBJECTS_PARENTS_AND_SELF:
        return targets_parents(d, targets);
    case OBJECTS_SEAT:
    case OBJECTS_SEAT_KEPT:
        return targets_seat_rule(d, rule == OBJECTS_SEAT_KEPT, targets);
    case OBJECTS_GRANT:
    case OBJECTS_GRANT_BELOW:
        return targets_grant(d, targets);
    case OBJECTS_CONFIG:
        targets_config(d, targets);
        return status_ok();
    }
    return status_error(STATUS_INTERNAL, "expected a rule of the registry, not %u", (unsigned)rule);
}
