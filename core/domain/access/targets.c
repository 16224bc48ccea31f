/* Which objects a command is about, by the rules that the registry names (enum object_rule). */
#include "core/domain/access/targets.h"

#include "core/domain/kernel/fields.h"

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

static void targets_parent(const struct decide *d, struct targets *targets)
{
    struct str group = targets_field(d, "parent_group_id");
    struct str asset = targets_field(d, "parent_asset_id");
    if (group.size > 0) {
        targets_add(targets, (struct object){ OBJECT_GROUP, group });
    } else if (asset.size > 0) {
        targets_add(targets, (struct object){ OBJECT_ASSET, asset });
    } else {
        targets_add(targets, targets_scope(targets_field(d, "job_space_id")));
    }
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

static struct status targets_parents(struct decide *d, struct targets *targets)
{
    const Agency__V1__SetSubjectParents *command = d->command->set_subject_parents;
    if (command->n_parent_subject_ids > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d parents, not %zu",
                             LIST_ITEMS_MAX, command->n_parent_subject_ids);
    }
    for (size_t i = 0; i < command->n_parent_subject_ids; i++) {
        targets_add(targets,
                    (struct object){ OBJECT_SUBJECT, str_z(command->parent_subject_ids[i]) });
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

/* Each group of the seat that is not deleted, else its job space, else the org. */
static struct status targets_seat(struct decide *d, const struct seat *seat,
                                  struct targets *targets)
{
    if (seat->group_ids_count > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d groups, not %zu",
                             LIST_ITEMS_MAX, seat->group_ids_count);
    }
    for (size_t i = 0; i < seat->group_ids_count; i++) {
        const struct str id = str_z(seat->group_ids[i]);
        const Agency__V1__Group *group;
        TRY(view_group(d->view, id, &group));
        if (group == NULL || group->status != LIFE_REMOVED) {
            targets_add(targets, (struct object){ OBJECT_GROUP, id });
        }
    }
    if (targets->count == 0) {
        targets_add(targets, targets_scope(seat->job_space_id));
    }
    return status_ok();
}

/* Also the scope in which the permissions of its type count. */
static struct status targets_seat_scope(const struct decide *d, const struct seat *seat,
                                        struct targets *targets)
{
    const Agency__V1__RoleType *type;
    TRY(view_role_type(d->view, seat->role_type, &type));
    if (type != NULL && type->n_permissions > 0) {
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

struct status targets_of(struct decide *d, enum object_rule rule, struct targets *targets)
{
    struct seat seat;
    targets->count = 0;
    switch (rule) {
    case OBJECTS_NONE:
        return status_ok();
    case OBJECTS_ORG:
        targets_add(targets, object_org());
        return status_ok();
    case OBJECTS_SELF:
        targets_self(d, targets);
        return status_ok();
    case OBJECTS_PARENT:
        targets_parent(d, targets);
        return status_ok();
    case OBJECTS_SUBJECT:
        return targets_subject(d, targets);
    case OBJECTS_PARENTS_AND_SELF:
        return targets_parents(d, targets);
    case OBJECTS_SEAT:
    case OBJECTS_SEAT_AND_SCOPE:
        TRY(targets_find_seat(d, &seat));
        TRY_ACCEPTED(d, targets_seat(d, &seat, targets));
        return rule == OBJECTS_SEAT ? status_ok() : targets_seat_scope(d, &seat, targets);
    case OBJECTS_GRANT:
        return targets_grant(d, targets);
    case OBJECTS_CONFIG:
        targets_config(d, targets);
        return status_ok();
    }
    return status_error(STATUS_INTERNAL, "expected a rule of the registry, not %u", (unsigned)rule);
}
