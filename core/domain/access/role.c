/* Seats: a role type in certain groups and a job space. */
#include "core/domain/access/assignment.h"
#include "core/domain/kernel/cascade.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/rules.h"

/* ---- decide ---- */

static bool role_type_has_group(const Agency__V1__RoleType *role_type, const char *group_id)
{
    for (size_t i = 0; i < role_type->n_group_ids; i++) {
        if (strcmp(role_type->group_ids[i], group_id) == 0) {
            return true;
        }
    }
    return false;
}

/* A type may say which groups may have seats of it. */
static struct status role_check_type_groups(struct decide *d, const Agency__V1__RoleType *role_type,
                                            const Agency__V1__CreateRole *command)
{
    if (role_type->n_group_ids > 0 && command->n_group_ids == 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a group in a role of type '%s', which is for certain groups",
                             command->role_type);
    }
    for (size_t i = 0; role_type->n_group_ids > 0 && i < command->n_group_ids; i++) {
        if (!role_type_has_group(role_type, command->group_ids[i])) {
            return decide_reject(d, STATUS_FAILED_PRECONDITION,
                                 "expected only groups that may have roles of type '%s', but '%s' "
                                 "is none of them",
                                 command->role_type, command->group_ids[i]);
        }
    }
    return status_ok();
}

static struct status role_check_type(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__RoleType *role_type;
    TRY_ACCEPTED(d, rules_find_role_type(d, command->role_type, LIVES_ACTIVE, &role_type));
    if (role_type->job_space_id[0] != '\0' &&
        strcmp(role_type->job_space_id, command->job_space_id) != 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected job_space_id '%s' in a role of type '%s', but it is '%s'",
                             role_type->job_space_id, command->role_type, command->job_space_id);
    }
    return role_check_type_groups(d, role_type, command);
}

static struct status role_check_places(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__JobSpace *job_space;
    const Agency__V1__Group *group;
    if (command->job_space_id[0] != '\0') {
        TRY_ACCEPTED(d, rules_find_job_space(d, command->job_space_id, LIVES_ACTIVE, &job_space));
    }
    for (size_t i = 0; i < command->n_group_ids; i++) {
        TRY_ACCEPTED(d, rules_find_group(d, command->group_ids[i], LIVES_KEPT, &group));
    }
    return status_ok();
}

/* After the seat: the first holder counts when the second is judged. */
static struct status role_assign_holders(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__Role *role;
    const Agency__V1__Subject *subject;
    TRY(view_role(d->view, str_z(command->role_id), &role));
    assert(role != NULL);
    for (size_t i = 0; i < command->n_holder_subject_ids; i++) {
        const char *subject_id = command->holder_subject_ids[i];
        TRY_ACCEPTED(d, rules_find_subject(d, subject_id, LIVES_ACTIVE, &subject));
        TRY_ACCEPTED(d, assignment_assign(d, role, subject_id));
    }
    return status_ok();
}

struct status decide_create_role(struct decide *d, const Agency__V1__CreateRole *command)
{
    const Agency__V1__Role *none;
    Agency__V1__RoleCreated event = AGENCY__V1__ROLE_CREATED__INIT;
    TRY_ACCEPTED(d, rules_check_distinct(d, "group_ids", command->group_ids, command->n_group_ids));
    TRY_ACCEPTED(d, rules_check_distinct(d, "holder_subject_ids", command->holder_subject_ids,
                                         command->n_holder_subject_ids));
    TRY_ACCEPTED(d, life_find_role(d, &none));
    TRY_ACCEPTED(d, rules_check_name(d, ENTITY_ROLE, command->role_id, command->name));
    TRY_ACCEPTED(d, role_check_type(d, command));
    TRY_ACCEPTED(d, role_check_places(d, command));
    fields_copy(&command->base, &event.base);
    TRY_ACCEPTED(d, emit_role_created(d, &event));
    return role_assign_holders(d, command);
}

struct status decide_delete_role(struct decide *d, const Agency__V1__DeleteRole *command)
{
    const Agency__V1__Role *role;
    struct cascade cascade = cascade_make(d);
    Agency__V1__RoleDeleted event = AGENCY__V1__ROLE_DELETED__INIT;
    TRY_ACCEPTED(d, life_find_role(d, &role));
    if (role->status == LIFE_REMOVED) {
        return status_ok();
    }
    TRY_ACCEPTED(d, cascade_add_dependants_of_role(&cascade, command->role_id));
    TRY_ACCEPTED(d, cascade_check(&cascade));
    event.role_id = command->role_id;
    TRY_ACCEPTED(d, emit_role_deleted(d, &event));
    return cascade_emit(&cascade);
}
