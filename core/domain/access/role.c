/* Seats: a role type in certain groups and a job space. */
#include "core/domain/access/assignment.h"
#include "core/domain/kernel/cascade.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"

/* ---- decide ---- */

/* A type may say which groups may have seats of it. */
static struct status role_check_type_groups(struct decide *d, const Agency__V1__RoleType *role_type,
                                            const Agency__V1__Role *role)
{
    if (role_type->n_group_ids > 0 && role->n_group_ids == 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a group in a role of type '%s', which is for certain groups",
                             role->role_type);
    }
    for (size_t i = 0; role_type->n_group_ids > 0 && i < role->n_group_ids; i++) {
        if (!ids_listed(role_type->group_ids, role_type->n_group_ids, str_z(role->group_ids[i]))) {
            return decide_reject(d, STATUS_FAILED_PRECONDITION,
                                 "expected only groups that may have roles of type '%s', but '%s' "
                                 "is none of them",
                                 role->role_type, role->group_ids[i]);
        }
    }
    return status_ok();
}

static struct status role_check_type(struct decide *d, const Agency__V1__Role *role)
{
    const Agency__V1__RoleType *role_type;
    TRY_ACCEPTED(d, rules_find_role_type(d, role->role_type, LIVES_ACTIVE, &role_type));
    if (role_type->job_space_id[0] != '\0' &&
        strcmp(role_type->job_space_id, role->job_space_id) != 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected job_space_id '%s' in a role of type '%s', but it is '%s'",
                             role_type->job_space_id, role->role_type, role->job_space_id);
    }
    return role_check_type_groups(d, role_type, role);
}

static struct status role_check_places(struct decide *d, const Agency__V1__Role *role)
{
    const Agency__V1__JobSpace *job_space;
    const Agency__V1__Group *group;
    if (role->job_space_id[0] != '\0') {
        TRY_ACCEPTED(d, rules_find_job_space(d, role->job_space_id, LIVES_ACTIVE, &job_space));
    }
    for (size_t i = 0; i < role->n_group_ids; i++) {
        TRY_ACCEPTED(d, rules_find_group(d, role->group_ids[i], LIVES_KEPT, &group));
    }
    return status_ok();
}

/* After the seat: the first holder counts when the second is judged. */
static struct status role_assign_holders(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__Subject *subject;
    for (size_t i = 0; i < command->n_holder_subject_ids; i++) {
        const char *subject_id = command->holder_subject_ids[i];
        TRY_ACCEPTED(d, rules_find_subject(d, subject_id, LIVES_ACTIVE, &subject));
        TRY_ACCEPTED(d, assignment_assign(d, command->role, subject_id));
    }
    return status_ok();
}

struct status decide_create_role(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__Role *role = command->role;
    TRY_ACCEPTED(d, rules_check_distinct(d, "group_ids", role->group_ids, role->n_group_ids));
    TRY_ACCEPTED(d, rules_check_distinct(d, "holder_subject_ids", command->holder_subject_ids,
                                         command->n_holder_subject_ids));
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, role_check_type(d, role));
    TRY_ACCEPTED(d, role_check_places(d, role));
    TRY_ACCEPTED(d, plain_emit(d, &role->base));
    return role_assign_holders(d, command);
}

/* ---- how seats end ---- */

struct status dependant_in_no_other_group(struct decide *d, const ProtobufCMessage *dependant,
                                          struct str ending_id, bool *ends)
{
    const Agency__V1__Role *role = (const Agency__V1__Role *)(const void *)dependant;
    *ends = true;
    for (size_t i = 0; i < role->n_group_ids && *ends; i++) {
        const Agency__V1__Group *other;
        TRY(rules_get_group(d->view, str_z(role->group_ids[i]), &other));
        *ends = str_eq(str_z(other->group_id), ending_id) || other->status == LIFE_REMOVED;
    }
    return status_ok();
}

/* ---- where permissions are asked ---- */

/* The seat that CreateRole makes, or that the command names; NULL if there is none. */
static struct status seat_find(const struct decide *d, const Agency__V1__Role **seat)
{
    if ((unsigned)d->command->payload_case == COMMAND_CREATE_ROLE) {
        *seat = d->command->create_role->role;
        return status_ok();
    }
    return view_role(d->view, targets_field(d, "role_id"), seat);
}

/* The group, or, if it was deleted, the nearest above it that was not, else the org: so that what
 * it protected does not fall to the other groups of its seats. */
static struct status seat_add_kept(const struct decide *d, struct str id, struct targets *targets)
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

static struct status seat_add_live(const struct decide *d, struct str id, struct targets *targets)
{
    const Agency__V1__Group *group;
    TRY(view_group(d->view, id, &group));
    if (group == NULL || group->status != LIFE_REMOVED) {
        targets_add(targets, (struct object){ OBJECT_GROUP, id });
    }
    return status_ok();
}

static struct status seat_add_groups(struct decide *d, const Agency__V1__Role *seat, bool kept,
                                     struct targets *targets)
{
    if (seat->n_group_ids > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d groups, not %zu",
                             LIST_ITEMS_MAX, seat->n_group_ids);
    }
    for (size_t i = 0; i < seat->n_group_ids; i++) {
        const struct str id = str_z(seat->group_ids[i]);
        TRY(kept ? seat_add_kept(d, id, targets) : seat_add_live(d, id, targets));
    }
    if (targets->count == 0) {
        targets_add_scope(targets, str_z(seat->job_space_id));
    }
    return status_ok();
}

/* Also the scope in which the permissions of its type count, or in which it has one place for all
 * (unless the type says which groups may use it). */
static struct status seat_add_scope(const struct decide *d, const Agency__V1__Role *seat,
                                    struct targets *targets)
{
    const Agency__V1__RoleType *type;
    TRY(view_role_type(d->view, str_z(seat->role_type), &type));
    if (type == NULL) {
        return status_ok();
    }
    bool single = type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_SINGLE;
    if (type->n_permissions > 0 || (single && type->n_group_ids == 0)) {
        targets_add_scope(targets, str_z(seat->job_space_id));
    }
    return status_ok();
}

/* A seat that is not there is covered by the org only. */
static struct status seat_targets(struct decide *d, bool kept, struct targets *targets)
{
    const Agency__V1__Role *seat;
    TRY(seat_find(d, &seat));
    if (seat == NULL) {
        targets_add(targets, object_org());
        return status_ok();
    }
    TRY_ACCEPTED(d, seat_add_groups(d, seat, kept, targets));
    return kept ? seat_add_scope(d, seat, targets) : status_ok();
}

struct status targets_seat(struct decide *d, struct targets *targets)
{
    return seat_targets(d, false, targets);
}

struct status targets_seat_kept(struct decide *d, struct targets *targets)
{
    return seat_targets(d, true, targets);
}
