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

/* When an assignment ends that begins at a time. */
static struct status assignment_expiry(struct decide *d, const Agency__V1__RoleType *role_type,
                                       int64_t begins_us, Google__Protobuf__Timestamp **expires_at)
{
    if (*expires_at != NULL || role_type->term_seconds == 0) {
        return status_ok();
    }
    int64_t term_us = (int64_t)role_type->term_seconds * ASSIGNMENT_MICROS;
    TRY(fields_time_new(d->arena, begins_us + term_us, expires_at));
    struct status valid = fields_check_time(*expires_at, "the end of the role type's term");
    return valid.code == STATUS_OK ? valid : decide_reject(d, valid.code, "%s", valid.msg);
}

/* `held` is what the holder has already; NULL: nothing live. */
static struct status assignment_emit(struct decide *d, const Agency__V1__Role *role,
                                     const Agency__V1__RoleType *role_type,
                                     const Agency__V1__Assignment *wanted,
                                     const Agency__V1__Assignment *held)
{
    bool fixed = role_type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_FIXED;
    bool waits = rules_begins_later(d, wanted->starts_at);
    Agency__V1__Assignment made = *wanted;
    made.via = fixed ? AGENCY__V1__ASSIGNMENT_VIA__ASSIGNMENT_VIA_FIXED
                     : AGENCY__V1__ASSIGNMENT_VIA__ASSIGNMENT_VIA_DIRECT;
    made.role_type = role->role_type;
    made.n_group_ids = role->n_group_ids;
    made.group_ids = role->group_ids;
    made.job_space_id = role->job_space_id;
    made.no_membership = role_type->no_membership;
    if (held != NULL) {
        made.granted_at = held->granted_at;
    } else if (!waits) {
        TRY(fields_time_new(d->arena, d->occurred_at_us, &made.granted_at));
    }
    return decide_emit_entity(d, waits ? EVENT_ROLE_SCHEDULED : EVENT_ROLE_ASSIGNED, &made.base,
                              NULL);
}

struct status assignment_assign(struct decide *d, const Agency__V1__Role *role,
                                const char *subject_id)
{
    const Agency__V1__RoleType *role_type;
    Agency__V1__Assignment wanted = AGENCY__V1__ASSIGNMENT__INIT;
    wanted.role_id = role->role_id;
    wanted.subject_id = (char *)(uintptr_t)subject_id;
    TRY(rules_get_role_type(d->view, str_z(role->role_type), &role_type));
    TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, subject_id));
    TRY_ACCEPTED(d, assignment_expiry(d, role_type, d->occurred_at_us, &wanted.expires_at));
    return assignment_emit(d, role, role_type, &wanted, NULL);
}

static struct status assignment_reject_fixed(struct decide *d, const char *role_id,
                                             const char *role_type)
{
    return decide_reject(d, STATUS_FAILED_PRECONDITION,
                         "expected a role whose holders change, but '%s' is of the FIXED type '%s'",
                         role_id, role_type);
}

/* What has begun keeps its beginning; to give it again, as who has read it does, changes nothing.
 */
static struct status assignment_begin(struct decide *d, const Agency__V1__Assignment *held,
                                      Agency__V1__Assignment *wanted)
{
    if (held == NULL) {
        return status_ok();
    }
    if (rules_begins_later(d, wanted->starts_at)) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no starts_at to come, but '%s' holds role '%s' already",
                             held->subject_id, held->role_id);
    }
    wanted->starts_at = held->starts_at;
    return status_ok();
}

/* Whether the assignment is as wanted already. */
static bool assignment_is(const Agency__V1__Assignment *present, bool held, bool waits,
                          const Agency__V1__Assignment *wanted)
{
    bool same = held || (waits && present != NULL && present->status == LIFE_SCHEDULED);
    return same && fields_same_time(wanted->expires_at, present->expires_at) &&
           fields_same_time(wanted->starts_at, present->starts_at);
}

/* A holder stays one: only the end can change, and limits on holders do not count. Who waits holds
 * nothing yet: whether there is a place for him is judged when he begins. */
struct status decide_assign_role(struct decide *d, const Agency__V1__AssignRole *command)
{
    const Agency__V1__Assignment *present, *held;
    const Agency__V1__Role *role;
    const Agency__V1__Subject *subject;
    const Agency__V1__RoleType *role_type;
    Agency__V1__Assignment wanted = AGENCY__V1__ASSIGNMENT__INIT;
    wanted.role_id = command->assignment->role_id;
    wanted.subject_id = command->assignment->subject_id;
    wanted.expires_at = command->assignment->expires_at;
    wanted.starts_at = command->assignment->starts_at;
    TRY_ACCEPTED(d, rules_check_span(d, wanted.starts_at, wanted.expires_at));
    TRY_ACCEPTED(d, rules_find_role(d, wanted.role_id, LIVES_ACTIVE, &role));
    TRY_ACCEPTED(d, rules_find_subject(d, wanted.subject_id, LIVES_ACTIVE, &subject));
    TRY(rules_get_role_type(d->view, str_z(role->role_type), &role_type));
    TRY_ACCEPTED(d, life_find_assignment(d, &present));
    held = assignment_live(d, present) ? present : NULL;
    const bool waits = held == NULL && rules_begins_later(d, wanted.starts_at);
    TRY_ACCEPTED(d, assignment_begin(d, held, &wanted));
    TRY_ACCEPTED(d, assignment_expiry(d, role_type,
                                      waits ? fields_time_us(wanted.starts_at) : d->occurred_at_us,
                                      &wanted.expires_at));
    if (assignment_is(present, held != NULL, waits, &wanted)) {
        return status_ok();
    }
    if (role_type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_FIXED) {
        return assignment_reject_fixed(d, wanted.role_id, role->role_type);
    }
    if (held == NULL && !waits) {
        TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, wanted.subject_id));
    }
    return assignment_emit(d, role, role_type, &wanted, held);
}

struct status decide_revoke_role(struct decide *d, const Agency__V1__RevokeRole *command)
{
    const Agency__V1__Assignment *assignment;
    Agency__V1__RoleRevoked event = AGENCY__V1__ROLE_REVOKED__INIT;
    TRY_ACCEPTED(d, life_find_assignment(d, &assignment));
    if (assignment == NULL || fields_is_over(&assignment->base)) {
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

/* Who and what it is about must still be there, and have a place; what the seat was given by is not
 * judged again. */
static struct status assignment_start(struct decide *d, const Agency__V1__Assignment *assignment)
{
    const Agency__V1__Role *role;
    const Agency__V1__Subject *subject;
    const Agency__V1__RoleType *role_type;
    Agency__V1__RoleStarted event = AGENCY__V1__ROLE_STARTED__INIT;
    static const uint32_t holders = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED);
    TRY_ACCEPTED(d, rules_find_role(d, assignment->role_id, LIVES_ACTIVE, &role));
    TRY_ACCEPTED(d, rules_find_subject(d, assignment->subject_id, holders, &subject));
    TRY(rules_get_role_type(d->view, str_z(role->role_type), &role_type));
    TRY_ACCEPTED(d, assignment_check_holders(d, role, role_type, assignment->subject_id));
    event.role_id = assignment->role_id;
    event.subject_id = assignment->subject_id;
    TRY(fields_time_new(d->arena, d->occurred_at_us, &event.granted_at));
    return emit_role_started(d, &event);
}

struct status elapse_assignment(struct decide *d, const Agency__V1__Assignment *assignment,
                                const struct due *due)
{
    Agency__V1__RoleExpired event = AGENCY__V1__ROLE_EXPIRED__INIT;
    if (strcmp(due->field, "starts_at") == 0) {
        return assignment_start(d, assignment);
    }
    event.role_id = assignment->role_id;
    event.subject_id = assignment->subject_id;
    return emit_role_expired(d, &event);
}
