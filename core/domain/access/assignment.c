/* Assignments: which subject holds which seat.
 *
 * The key is (seat, subject) and stays for ever; an assignment that has ended or expired is revived
 * by the next one. A seat's role type, groups and job space never change, so the assignment carries
 * copies of them, and who asks about a group needs no seat. */
#include "core/domain/access/assignment.h"

#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/rules.h"

enum { ASSIGNMENT_MICROS = 1000000 };

/* ---- index ---- */

struct str index_assignment_end(const ProtobufCMessage *entity, char room[INDEX_MADE_MAX])
{
    return index_end(((const Agency__V1__Assignment *)(const void *)entity)->expires_at, room);
}

size_t index_assignment_as_count(const ProtobufCMessage *entity)
{
    return ((const Agency__V1__Assignment *)(const void *)entity)->no_membership ? 1 : 2;
}

struct str index_assignment_as(const ProtobufCMessage *entity, size_t item)
{
    return item == 0 ? str_z(((const Agency__V1__Assignment *)(const void *)entity)->role_type)
                     : STR("");
}

/* ---- decide ---- */

static bool assignment_live(const struct decide *d, const Agency__V1__Assignment *assignment)
{
    return assignment != NULL && assignment->status == LIFE_ACTIVE &&
           !decide_expired(d, assignment->expires_at);
}

/* The live assignments among the rows of an index that are not this subject's: their number, and
 * the last of them. */
static struct status assignment_others(struct decide *d, enum index_number index,
                                       const struct str *parts, size_t parts_count,
                                       const char *subject_id, size_t *count,
                                       const Agency__V1__Assignment **other)
{
    struct str *ids;
    size_t ids_count;
    *count = 0;
    TRY_ACCEPTED(d, rules_scan(d, index, parts, parts_count, &ids, &ids_count));
    for (size_t i = 0; i < ids_count; i++) {
        const Agency__V1__Assignment *assignment;
        TRY(rules_get_assignment(d->view, ids[i], &assignment));
        if (assignment_live(d, assignment) && strcmp(assignment->subject_id, subject_id) != 0) {
            *other = assignment;
            ++*count;
        }
    }
    return status_ok();
}

static struct status assignment_check_single(struct decide *d, const Agency__V1__Role *role,
                                             const char *subject_id)
{
    const struct str parts[] = { str_z(role->role_type), str_z(role->job_space_id) };
    const Agency__V1__Assignment *other = NULL;
    size_t count;
    TRY_ACCEPTED(
        d, assignment_others(d, INDEX_ASSIGNMENT_BY_TYPE, parts, 2, subject_id, &count, &other));
    if (count > 0) {
        return decide_reject(
            d, STATUS_FAILED_PRECONDITION,
            "expected no other holder of role type '%s' in the same job space, but '%s' "
            "holds '%s'",
            role->role_type, other->subject_id, other->role_id);
    }
    return status_ok();
}

static struct status assignment_check_holders(struct decide *d, const Agency__V1__Role *role,
                                              const Agency__V1__RoleType *role_type,
                                              const char *subject_id)
{
    const struct str part = str_z(role->role_id);
    const Agency__V1__Assignment *other;
    size_t count;
    if (role_type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_SINGLE) {
        TRY_ACCEPTED(d, assignment_check_single(d, role, subject_id));
    }
    if (role_type->holders_max == 0) {
        return status_ok();
    }
    TRY_ACCEPTED(
        d, assignment_others(d, INDEX_ASSIGNMENT_BY_ROLE, &part, 1, subject_id, &count, &other));
    if (count >= role_type->holders_max) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a free place in role '%s', but it has %zu of %u holders",
                             role->role_id, count, role_type->holders_max);
    }
    return status_ok();
}

/* When an assignment ends that begins now. */
static struct status assignment_expiry(struct decide *d, const Agency__V1__RoleType *role_type,
                                       Google__Protobuf__Timestamp **expires_at)
{
    if (*expires_at != NULL || role_type->term_seconds == 0) {
        return status_ok();
    }
    int64_t term_us = (int64_t)role_type->term_seconds * ASSIGNMENT_MICROS;
    return fields_time_new(d->arena, d->occurred_at_us + term_us, expires_at);
}

/* `held` is what the holder has already; NULL: nothing live. */
static struct status assignment_emit(struct decide *d, const Agency__V1__Role *role,
                                     const Agency__V1__RoleType *role_type, const char *subject_id,
                                     Google__Protobuf__Timestamp *expires_at,
                                     const Agency__V1__Assignment *held)
{
    bool fixed = role_type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_FIXED;
    Agency__V1__Assignment made = AGENCY__V1__ASSIGNMENT__INIT;
    made.role_id = role->role_id;
    made.subject_id = (char *)(uintptr_t)subject_id;
    made.expires_at = expires_at;
    made.via = fixed ? AGENCY__V1__ASSIGNMENT_VIA__ASSIGNMENT_VIA_FIXED
                     : AGENCY__V1__ASSIGNMENT_VIA__ASSIGNMENT_VIA_DIRECT;
    made.role_type = role->role_type;
    made.n_group_ids = role->n_group_ids;
    made.group_ids = role->group_ids;
    made.job_space_id = role->job_space_id;
    made.no_membership = role_type->no_membership;
    if (held == NULL) {
        TRY(fields_time_new(d->arena, d->occurred_at_us, &made.granted_at));
    } else {
        made.granted_at = held->granted_at;
    }
    return decide_emit_entity(d, EVENT_ROLE_ASSIGNED, &made.base, NULL);
}

struct status assignment_assign(struct decide *d, const Agency__V1__Role *role,
                                const char *subject_id)
{
    const Agency__V1__RoleType *role_type;
    Google__Protobuf__Timestamp *expires_at = NULL;
    TRY(rules_get_role_type(d->view, str_z(role->role_type), &role_type));
    TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, subject_id));
    TRY(assignment_expiry(d, role_type, &expires_at));
    return assignment_emit(d, role, role_type, subject_id, expires_at, NULL);
}

static struct status assignment_reject_fixed(struct decide *d, const char *role_id,
                                             const char *role_type)
{
    return decide_reject(d, STATUS_FAILED_PRECONDITION,
                         "expected a role whose holders change, but '%s' is of the FIXED type '%s'",
                         role_id, role_type);
}

/* A holder stays one: only the end can change, and limits on holders do not count. */
struct status decide_assign_role(struct decide *d, const Agency__V1__AssignRole *command)
{
    const Agency__V1__Assignment *held, *wanted = command->assignment;
    const Agency__V1__Role *role;
    const Agency__V1__Subject *subject;
    const Agency__V1__RoleType *role_type;
    Google__Protobuf__Timestamp *expires_at = wanted->expires_at;
    TRY_ACCEPTED(d, rules_check_expiry(d, expires_at));
    TRY_ACCEPTED(d, rules_find_role(d, wanted->role_id, LIVES_ACTIVE, &role));
    TRY_ACCEPTED(d, rules_find_subject(d, wanted->subject_id, LIVES_ACTIVE, &subject));
    TRY(rules_get_role_type(d->view, str_z(role->role_type), &role_type));
    TRY_ACCEPTED(d, life_find_assignment(d, &held));
    TRY(assignment_expiry(d, role_type, &expires_at));
    held = assignment_live(d, held) ? held : NULL;
    if (held != NULL && fields_same_time(expires_at, held->expires_at)) {
        return status_ok();
    }
    if (role_type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_FIXED) {
        return assignment_reject_fixed(d, wanted->role_id, role->role_type);
    }
    if (held == NULL) {
        TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, wanted->subject_id));
    }
    return assignment_emit(d, role, role_type, wanted->subject_id, expires_at, held);
}

struct status decide_revoke_role(struct decide *d, const Agency__V1__RevokeRole *command)
{
    const Agency__V1__Assignment *assignment;
    Agency__V1__RoleRevoked event = AGENCY__V1__ROLE_REVOKED__INIT;
    TRY_ACCEPTED(d, life_find_assignment(d, &assignment));
    if (assignment == NULL || assignment->status != LIFE_ACTIVE) {
        return status_ok(); /* one that has only expired is ended: its index rows go */
    }
    if (assignment->via == AGENCY__V1__ASSIGNMENT_VIA__ASSIGNMENT_VIA_FIXED) {
        return assignment_reject_fixed(d, assignment->role_id, assignment->role_type);
    }
    event.role_id = command->role_id;
    event.subject_id = command->subject_id;
    return emit_role_revoked(d, &event);
}

/* ---- when its time has come ---- */

struct status elapse_assignment(struct decide *d, const Agency__V1__Assignment *assignment,
                                const struct due *due)
{
    Agency__V1__RoleExpired event = AGENCY__V1__ROLE_EXPIRED__INIT;
    (void)due;
    event.role_id = assignment->role_id;
    event.subject_id = assignment->subject_id;
    return emit_role_expired(d, &event);
}
