/* An explanation goes over all that the subject counts as, and looks past more and more, until it
 * would have been allowed. It has budgets of its own: only who asks for it pays for it.
 *
 * Grants can be found from either side. Usually few are on one object, so those are read first, and
 * tell what else must be known of the subject. But on the org there can be thousands, one for each
 * agent; then those to the subject are read. Only where both sides have lists longer than
 * EXPLAIN_LIST_SHORT, those on the objects are read to the end, within the budget. */
#include "core/domain/check/check_explain.h"

#include "core/domain/check/candidates.h"
#include "core/domain/check/check_begin.h"
#include "core/domain/check/check_path.h"
#include "core/domain/check/grantees.h"
#include "core/domain/kernel/index.h"

/* Grants in one list that are read before the other side is tried. */
enum { EXPLAIN_LIST_SHORT = 16 };

struct explain {
    struct lookup lookup;
    const struct check_question *question;
    struct check_begin begin;
    struct grantees grantees;
    unsigned lenience;
    /* The best way so far. */
    const struct grantee *best;
    const Agency__V1__Grant *grant; /* NULL: by the type of the seat `best` */
    struct str best_id;             /* of the grant or the role type */
    /* The smallest id of a grant of the permission on the object to somebody else. */
    struct str nearest;
};

/* ---- the best way ---- */

static void explain_offer(struct explain *explain, const struct grantee *grantee,
                          const Agency__V1__Grant *grant, struct str id)
{
    if (explain->best != NULL) {
        size_t steps = grantee->steps, best_steps = explain->best->steps;
        int order = (steps > best_steps) - (steps < best_steps);
        order = order != 0 ? order : str_cmp(id, explain->best_id);
        order = order != 0 ? order : grantee_compare(grantee, explain->best);
        /* A role type of the same name as a grant: the grant goes first. */
        order = order != 0 ? order : (grant == NULL) - (explain->grant == NULL);
        if (order >= 0) {
            return;
        }
    }
    explain->best = grantee;
    explain->grant = grant;
    explain->best_id = id;
}

/* Looks at one grant that covers the question. */
static void explain_grant(struct explain *explain, const Agency__V1__Grant *grant)
{
    if (lookup_expired(&explain->lookup, grant->expires_at) &&
        (explain->lenience & LENIENT_EXPIRED) == 0) {
        return;
    }
    const struct str id = str_z(grant->grant_id);
    const struct grantee *grantee = grantees_find(&explain->grantees, grant->grantee);
    if (grantee != NULL) {
        explain_offer(explain, grantee, grant, id);
    } else if (explain->nearest.size == 0 || str_cmp(id, explain->nearest) < 0) {
        explain->nearest = id;
    }
}

static void explain_candidates(struct explain *explain, const struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++) {
        explain_grant(explain, candidates->items[i]);
    }
}

/* The grants to one of those that the subject counts as, unless there are too many. */
static struct status explain_grants_to(struct explain *explain, const struct grantee *grantee,
                                       bool *cut)
{
    const struct str parts[] = { index_kind(grantee->kind), grantee->id };
    struct str *ids;
    size_t count;
    TRY(lookup_some_ids(&explain->lookup, INDEX_GRANT_BY_GRANTEE, parts, 2, EXPLAIN_LIST_SHORT,
                        &ids, &count, cut));
    for (size_t i = 0; i < count && !*cut; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(&explain->lookup, ids[i], &grant));
        if (candidates_match(grant, &explain->begin.objects, &explain->begin.implied)) {
            explain_grant(explain, grant);
        }
    }
    return status_ok();
}

/* Where the objects have too many grants: those to the subject, else all the same. */
static struct status explain_other_side(struct explain *explain)
{
    bool cut = false;
    const struct grantee *grantee = explain->grantees.first;
    for (; grantee != NULL && !cut; grantee = grantee->next) {
        if (!grantees_listed_before(&explain->grantees, grantee)) {
            TRY(explain_grants_to(explain, grantee, &cut));
        }
    }
    if (!cut) {
        return status_ok();
    }
    struct candidates all = { .apart = explain->question->for_command };
    TRY(candidates_find(&explain->lookup, &explain->begin.objects, &explain->begin.implied,
                        explain->lookup.left, &all));
    if (all.cut) {
        return lookup_exhausted();
    }
    explain_candidates(explain, &all);
    return status_ok();
}

static struct status explain_grants(struct explain *explain, const Agency__V1__Subject *subject)
{
    struct candidates few = { .apart = explain->question->for_command };
    TRY(candidates_find(&explain->lookup, &explain->begin.objects, &explain->begin.implied,
                        EXPLAIN_LIST_SHORT, &few));
    /* Groups matter only where something is granted to one. */
    TRY(grantees_of(&explain->lookup, subject, explain->lenience, few.cut || few.to_groups,
                    &explain->grantees));
    explain_candidates(explain, &few);
    return few.cut ? explain_other_side(explain) : status_ok();
}

/* The permissions of the types of the seats, on the job space of the seat, else on the org. */
static void explain_role_types(struct explain *explain)
{
    const struct grantee *seat = explain->grantees.first;
    for (; seat != NULL; seat = seat->next) {
        if (seat->kind != GRANTEE_ROLE) {
            continue;
        }
        const struct object scope = object_scope(str_z(seat->assignment->job_space_id));
        for (size_t i = 0; i < seat->type->n_permissions; i++) {
            if (implied_contain(&explain->begin.implied, str_z(seat->type->permissions[i])) &&
                objects_contain(&explain->begin.objects, scope)) {
                explain_offer(explain, seat, NULL, str_z(seat->type->role_type));
            }
        }
    }
}

/* ---- the question ---- */

/* One run with what the lenience looks past; *answer is complete. */
static struct status explain_with(const struct lookup *lookup,
                                  const struct check_question *question, unsigned lenience,
                                  struct check_answer *answer)
{
    struct explain explain = { .lookup = *lookup, .question = question, .lenience = lenience };
    answer->steps_count = 0;
    TRY(check_begin(&explain.lookup, question, &explain.begin));
    if (explain.begin.reason != CHECK_ALLOWED) {
        return status_ok();
    }
    TRY(explain_grants(&explain, explain.begin.subject));
    explain_role_types(&explain);
    answer->nearest = explain.nearest;
    answer->lookups += lookup->left - explain.lookup.left;
    return explain.best == NULL
               ? status_ok()
               : check_path_tell(&explain.lookup, explain.grant, explain.best, answer);
}

struct status check_explain(const struct view *view, struct arena *arena, int64_t at_us,
                            const struct check_question *question, struct check_answer *answer)
{
    static const struct {
        unsigned lenience;
        enum check_reason reason;
    } tries[] = { { 0, CHECK_NOT_GRANTED },
                  { LENIENT_EXPIRED, CHECK_EXPIRED },
                  { LENIENT_ARCHIVED, CHECK_GROUP_ARCHIVED },
                  { LENIENT_EXPIRED | LENIENT_ARCHIVED, CHECK_GROUP_ARCHIVED },
                  { LENIENT_DEPTH, CHECK_DEPTH } };
    const struct lookup lookup = { .view = view,
                                   .arena = arena,
                                   .at_us = at_us,
                                   .until_us = INT64_MAX,
                                   .left = CHECK_LOOKUPS_MAX };
    struct check_answer denied = *answer;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct status status = explain_with(&lookup, question, tries[i].lenience, answer);
        if (status.code == STATUS_RESOURCE_EXHAUSTED) {
            break; /* the denial stands, only why is not known */
        }
        TRY(status);
        if (answer->steps_count > 0) {
            answer->reason = tries[i].reason;
            return status_ok();
        }
        denied.nearest = i == 0 ? answer->nearest : denied.nearest;
        denied.lookups = answer->lookups;
    }
    *answer = denied;
    return status_ok();
}
