/* Check joins three sets: the objects that cover the one asked about, the permissions that imply
 * the one asked about, and all that the subject counts as. A live grant, or a role type's
 * permission, that has one of each allows; the shortest way is told.
 *
 * Grants can be found from either side. Usually few are on one object, so those are read first, and
 * tell what else must be known of the subject. But on the org there can be thousands, one for each
 * agent; then those to the subject are read. Only where both sides have lists longer than
 * CHECK_LIST_SHORT, those on the objects are read to the end, within the budget.
 *
 * Cost: one look-up per object, permission and seat, and where groups matter per group:
 * tests/bench/bench_check.c. */
#include "core/domain/check/check.h"

#include "core/domain/check/candidates.h"
#include "core/domain/check/check_path.h"
#include "core/domain/check/grantees.h"
#include "core/domain/kernel/index.h"

/* Grants in one list that are read before the other side is tried. */
enum { CHECK_LIST_SHORT = 16 };

struct check {
    struct lookup lookup;
    const struct check_question *question;
    struct objects objects;
    struct implied implied;
    struct grantees grantees;
    unsigned lenience;
    /* The best way so far. */
    const struct grantee *best;
    const Agency__V1__Grant *grant; /* NULL: by the type of the seat `best` */
    struct str best_id;             /* of the grant or the role type */
    /* The smallest id of a grant of the permission on the object to somebody else. */
    struct str nearest;
};

const char *check_reason_name(enum check_reason reason)
{
    static const char *const names[] = {
        [CHECK_ALLOWED] = "ALLOWED",         [CHECK_ORG_NOT_ACTIVE] = "ORG_NOT_ACTIVE",
        [CHECK_NO_SUBJECT] = "NO_SUBJECT",   [CHECK_SUBJECT_NOT_ACTIVE] = "SUBJECT_NOT_ACTIVE",
        [CHECK_NO_OBJECT] = "NO_OBJECT",     [CHECK_OBJECT_REMOVED] = "OBJECT_REMOVED",
        [CHECK_ARCHIVED] = "ARCHIVED",       [CHECK_NO_PERMISSION] = "NO_PERMISSION",
        [CHECK_EXPIRED] = "EXPIRED",         [CHECK_GROUP_ARCHIVED] = "GROUP_ARCHIVED",
        [CHECK_NOT_GRANTED] = "NOT_GRANTED",
    };
    return names[reason];
}

const char *check_step_name(enum check_step_kind kind)
{
    static const char *const names[] = {
        [STEP_GRANT] = "grant",           [STEP_ROLE_TYPE] = "role type", [STEP_GROUP] = "group",
        [STEP_INCLUSION] = "inclusion",   [STEP_SEAT] = "seat",           [STEP_PARENT] = "parent",
        [STEP_ASSIGNMENT] = "assignment",
    };
    return names[kind];
}

/* ---- the best way ---- */

static void check_offer(struct check *check, const struct grantee *grantee,
                        const Agency__V1__Grant *grant, struct str id)
{
    if (check->best != NULL) {
        size_t steps = grantee->steps, best_steps = check->best->steps;
        int order = (steps > best_steps) - (steps < best_steps);
        order = order != 0 ? order : str_cmp(id, check->best_id);
        order = order != 0 ? order : grantee_compare(grantee, check->best);
        /* A role type of the same name as a grant: the grant goes first. */
        order = order != 0 ? order : (grant == NULL) - (check->grant == NULL);
        if (order >= 0) {
            return;
        }
    }
    check->best = grantee;
    check->grant = grant;
    check->best_id = id;
}

/* Looks at one grant that covers the question. */
static void check_grant(struct check *check, const Agency__V1__Grant *grant)
{
    bool counts = grantee_grant_counts(&check->lookup, grant) ||
                  ((check->lenience & LENIENT_EXPIRED) != 0 && grant->condition[0] == '\0');
    if (!counts) {
        return;
    }
    const struct str id = str_z(grant->grant_id);
    const struct grantee *grantee = grantees_find(&check->grantees, grant->grantee);
    if (grantee != NULL) {
        check_offer(check, grantee, grant, id);
    } else if (check->nearest.size == 0 || str_cmp(id, check->nearest) < 0) {
        check->nearest = id;
    }
}

static void check_candidates(struct check *check, const struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        check_grant(check, candidates->items[i]);
    }
}

/* The grants to one of those that the subject counts as, unless there are too many. */
static struct status check_grants_to(struct check *check, const struct grantee *grantee, bool *cut)
{
    const struct str parts[] = { index_kind(grantee->kind), grantee->id };
    struct str *ids;
    size_t count;
    TRY(lookup_some_ids(&check->lookup, INDEX_GRANT_BY_GRANTEE, parts, 2, CHECK_LIST_SHORT, &ids,
                        &count, cut));
    for (size_t i = 0; i < count && !*cut; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(&check->lookup, ids[i], &grant));
        if (candidates_match(grant, &check->objects, &check->implied)) {
            check_grant(check, grant);
        }
    }
    return status_ok();
}

/* Where the objects have too many grants: those to the subject, else all the same. */
static struct status check_other_side(struct check *check)
{
    bool cut = false;
    const struct grantee *grantee = check->grantees.first;
    for (; grantee != NULL && !cut; grantee = grantee->next) {
        if (!grantees_listed_before(&check->grantees, grantee)) {
            TRY(check_grants_to(check, grantee, &cut));
        }
    }
    if (!cut) {
        return status_ok();
    }
    struct candidates all = { .apart = check->question->for_command };
    TRY(candidates_find(&check->lookup, &check->objects, &check->implied, check->lookup.left,
                        &all));
    if (all.cut) {
        return lookup_exhausted();
    }
    check_candidates(check, &all);
    return status_ok();
}

static struct status check_grants(struct check *check, const Agency__V1__Subject *subject)
{
    struct candidates few = { .apart = check->question->for_command };
    TRY(candidates_find(&check->lookup, &check->objects, &check->implied, CHECK_LIST_SHORT, &few));
    /* Groups matter only where something is granted to one. */
    TRY(grantees_of(&check->lookup, subject, check->lenience, few.cut || few.to_groups,
                    &check->grantees));
    check_candidates(check, &few);
    return few.cut ? check_other_side(check) : status_ok();
}

/* The permissions of the types of the seats, on the job space of the seat, else on the org. */
static void check_role_types(struct check *check)
{
    const struct grantee *seat = check->grantees.first;
    for (; seat != NULL; seat = seat->next) {
        if (seat->kind != GRANTEE_ROLE) {
            continue;
        }
        const struct str job_space = str_z(seat->assignment->job_space_id);
        const struct object scope = { job_space.size > 0 ? OBJECT_JOB_SPACE : OBJECT_ORG,
                                      job_space };
        for (size_t i = 0; i < seat->type->n_permissions; i++) {
            if (implied_contain(&check->implied, str_z(seat->type->permissions[i])) &&
                objects_contain(&check->objects, scope)) {
                check_offer(check, seat, NULL, str_z(seat->type->role_type));
            }
        }
    }
}

/* ---- the question ---- */

/* What denies without a look at any grant; CHECK_ALLOWED: nothing. */
static struct status check_find(struct check *check, const Agency__V1__Subject **subject,
                                enum check_reason *reason)
{
    const Agency__V1__Org *org;
    const struct check_question *question = check->question;
    TRY(lookup_org(&check->lookup, check->lookup.view->org_id, &org));
    TRY(lookup_subject(&check->lookup, question->subject_id, subject));
    *reason = CHECK_ALLOWED;
    if (org == NULL || (org->status != LIFE_ACTIVE && !question->for_command)) {
        *reason = CHECK_ORG_NOT_ACTIVE;
    } else if (*subject == NULL) {
        *reason = CHECK_NO_SUBJECT;
    } else if ((*subject)->status != LIFE_ACTIVE) {
        *reason = CHECK_SUBJECT_NOT_ACTIVE;
    }
    return status_ok();
}

static struct status check_find_object(struct check *check, enum check_reason *reason)
{
    static const enum check_reason reasons[] = {
        [OBJECT_LIVE] = CHECK_ALLOWED,
        [OBJECT_UNKNOWN] = CHECK_NO_OBJECT,
        [OBJECT_ARCHIVED] = CHECK_ARCHIVED,
        [OBJECT_REMOVED] = CHECK_OBJECT_REMOVED,
    };
    TRY(objects_covering(&check->lookup, check->question->object, &check->objects));
    if (check->question->below) {
        objects_keep_above(&check->objects);
    }
    TRY(implied_of(&check->lookup, check->question->permission, &check->implied));
    *reason = check->question->for_command ? CHECK_ALLOWED : reasons[check->objects.state];
    if (*reason == CHECK_ALLOWED && !check->implied.known) {
        *reason = CHECK_NO_PERMISSION;
    }
    return status_ok();
}

static struct status check_run(struct check *check, struct check_answer *answer)
{
    const Agency__V1__Subject *subject;
    TRY(check_find(check, &subject, &answer->reason));
    if (answer->reason != CHECK_ALLOWED) {
        return status_ok();
    }
    TRY(check_find_object(check, &answer->reason));
    if (answer->reason != CHECK_ALLOWED) {
        answer->nearest =
            answer->reason == CHECK_ARCHIVED ? check->objects.archived.id : answer->nearest;
        return status_ok();
    }
    TRY(check_grants(check, subject));
    check_role_types(check);
    if (check->best == NULL) {
        answer->reason = CHECK_NOT_GRANTED;
        answer->nearest = check->nearest;
        return status_ok();
    }
    return check_path_tell(&check->lookup, check->grant, check->best, answer);
}

/* One run with what the lenience looks past; *answer is complete but for `lookups`. */
static struct status check_with(const struct lookup *lookup, const struct check_question *question,
                                unsigned lenience, struct check_answer *answer)
{
    struct check check = { .lookup = *lookup, .question = question, .lenience = lenience };
    check.lookup.left = CHECK_LOOKUPS_MAX;
    check.lookup.until_us = answer->until_us;
    answer->steps_count = 0;
    answer->nearest = (struct str){ 0 };
    struct status status = check_run(&check, answer);
    answer->allowed = status.code == STATUS_OK && answer->reason == CHECK_ALLOWED;
    answer->lookups += CHECK_LOOKUPS_MAX - check.lookup.left;
    answer->until_us = check.lookup.until_us;
    return status;
}

/* Asks again, looking past more and more, until it would have been allowed. */
static struct status check_explain(const struct lookup *lookup,
                                   const struct check_question *question,
                                   struct check_answer *answer)
{
    static const struct {
        unsigned lenience;
        enum check_reason reason;
    } tries[] = { { LENIENT_EXPIRED, CHECK_EXPIRED },
                  { LENIENT_ARCHIVED, CHECK_GROUP_ARCHIVED },
                  { LENIENT_EXPIRED | LENIENT_ARCHIVED, CHECK_GROUP_ARCHIVED } };
    const struct check_answer denied = *answer;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct status status = check_with(lookup, question, tries[i].lenience, answer);
        if (status.code == STATUS_RESOURCE_EXHAUSTED) {
            break; /* the denial stands, only why is not known */
        }
        TRY(status);
        if (answer->allowed) {
            answer->allowed = false;
            answer->reason = tries[i].reason;
            return status_ok();
        }
    }
    const int64_t until_us = answer->until_us;
    *answer = denied;
    answer->until_us = until_us;
    return status_ok();
}

struct status check(const struct view *view, struct arena *arena, int64_t at_us,
                    const struct check_question *question, struct check_answer *answer)
{
    const struct lookup lookup = { .view = view, .arena = arena, .at_us = at_us };
    answer->lookups = 0;
    answer->until_us = INT64_MAX;
    TRY(check_with(&lookup, question, 0, answer));
    if (answer->reason == CHECK_NOT_GRANTED && question->explain) {
        return check_explain(&lookup, question, answer);
    }
    return status_ok();
}
