/* Role types: what a seat is, how it gets holders, and what they may do. */
#include "core/domain/access/role_type.h"

#include <inttypes.h>

#include "core/domain/access/permission.h"
#include "core/domain/check/condition.h"
#include "core/domain/kernel/plain.h"

/* ---- limits ---- */

/* 100 years: longer terms are for ever. Keeps every computed expiry inside the years that a time
 * can name. */
#define ROLE_TYPE_TERM_SECONDS_MAX UINT64_C(3155760000)

/* ---- decide ---- */

/* Seats of a FIXED type end only with the subject or the seat, so a term would say nothing. */
static struct status role_type_check_term(struct decide *d, Agency__V1__AssignmentMode mode,
                                          uint64_t term_seconds)
{
    if (term_seconds > ROLE_TYPE_TERM_SECONDS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected term_seconds of at most %" PRIu64 " (100 years), but it is "
                             "%" PRIu64,
                             ROLE_TYPE_TERM_SECONDS_MAX, term_seconds);
    }
    if (term_seconds > 0 && mode == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_FIXED) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected no term_seconds in a FIXED role type, but it is %" PRIu64,
                             term_seconds);
    }
    return status_ok();
}

static struct status role_type_check_permissions(struct decide *d, char *const *permissions,
                                                 size_t count, char *const *before,
                                                 size_t before_count)
{
    TRY_ACCEPTED(d, rules_check_distinct(d, "permissions", permissions, count));
    return permission_check_uses(d, permissions, count, before, before_count);
}

static struct status role_type_check_changeable(struct decide *d, const char *role_type)
{
    if (strcmp(role_type, ROLE_TYPE_OWNER) == 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a role type other than '" ROLE_TYPE_OWNER
                             "', but that one never changes");
    }
    return status_ok();
}

static struct status role_type_check_places(struct decide *d, const Agency__V1__RoleType *made)
{
    const Agency__V1__JobSpace *job_space;
    const Agency__V1__Group *group;
    if (made->job_space_id[0] != '\0') {
        TRY_ACCEPTED(d, rules_find_job_space(d, made->job_space_id, LIVES_ACTIVE, &job_space));
    }
    TRY_ACCEPTED(d, rules_check_distinct(d, "group_ids", made->group_ids, made->n_group_ids));
    for (size_t i = 0; i < made->n_group_ids; i++) {
        TRY_ACCEPTED(d, rules_find_group(d, made->group_ids[i], LIVES_KEPT, &group));
    }
    return status_ok();
}

struct status decide_define_role_type(struct decide *d, const Agency__V1__DefineRoleType *command)
{
    const Agency__V1__RoleType *made = command->role_type;
    Agency__V1__RoleType kept = *made;
    TRY_ACCEPTED(d, role_type_check_term(d, made->assignment, made->term_seconds));
    TRY_ACCEPTED(d, condition_check(d, made->condition, &kept.condition_profile));
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, role_type_check_places(d, made));
    TRY_ACCEPTED(d,
                 role_type_check_permissions(d, made->permissions, made->n_permissions, NULL, 0));
    return plain_emit(d, &kept.base);
}

struct status decide_update_role_type(struct decide *d, const Agency__V1__UpdateRoleType *command)
{
    const Agency__V1__RoleType *before;
    struct rules_change change;
    TRY_ACCEPTED(d, life_find_role_type(d, &before));
    TRY_ACCEPTED(d, role_type_check_changeable(d, command->role_type->role_type));
    TRY_ACCEPTED(d, rules_update(d, &before->base, &change));
    Agency__V1__RoleType *after = (Agency__V1__RoleType *)(void *)change.entity;
    TRY_ACCEPTED(d, role_type_check_term(d, before->assignment, after->term_seconds));
    TRY_ACCEPTED(d, role_type_check_permissions(d, after->permissions, after->n_permissions,
                                                before->permissions, before->n_permissions));
    TRY_ACCEPTED(d, condition_check(d, after->condition, &after->condition_profile));
    return plain_emit_change(d, &change);
}

struct status decide_retire_role_type(struct decide *d, const Agency__V1__RetireRoleType *command)
{
    TRY_ACCEPTED(d, role_type_check_changeable(d, command->role_type));
    return plain_move(d);
}
