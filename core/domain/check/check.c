/* Check joins what is granted on the objects with what the subject counts as, from both ends
 * (search.h): so its price is set by those who could themselves give the subject that permission
 * there, or be the subject, and not by what others pile up on it or on groups elsewhere.
 *
 * The two searches take turns with larger and larger budgets, the objects' side first; the first
 * that comes to its end answers. Either begins its turn anew: that costs a seventh more than to go
 * on, and nearly all questions are answered in the first turn.
 *
 * Cost: tests/bench/bench_check.c. */
#include "core/domain/check/check.h"

#include "core/domain/check/check_begin.h"
#include "core/domain/check/check_explain.h"
#include "core/domain/check/check_path.h"
#include "core/domain/check/search.h"

/* Look-ups of the first turn from the objects' side, how many times more the subject's has, and
 * each next one. */
enum { CHECK_TURN_FIRST = 64, CHECK_TURN_UP = 2, CHECK_TURN_GROWTH = 8 };

struct check {
    struct lookup lookup; /* of what both searches begin with */
    const struct check_question *question;
    struct check_begin begin;
    struct lineage lineage;
    struct conditions conditions;
    struct way best;
};

const char *check_reason_name(enum check_reason reason)
{
    static const char *const names[] = {
        [CHECK_ALLOWED] = "ALLOWED",
        [CHECK_ORG_NOT_ACTIVE] = "ORG_NOT_ACTIVE",
        [CHECK_NO_SUBJECT] = "NO_SUBJECT",
        [CHECK_SUBJECT_NOT_ACTIVE] = "SUBJECT_NOT_ACTIVE",
        [CHECK_NO_OBJECT] = "NO_OBJECT",
        [CHECK_OBJECT_REMOVED] = "OBJECT_REMOVED",
        [CHECK_ARCHIVED] = "ARCHIVED",
        [CHECK_NO_PERMISSION] = "NO_PERMISSION",
        [CHECK_EXPIRED] = "EXPIRED",
        [CHECK_GROUP_ARCHIVED] = "GROUP_ARCHIVED",
        [CHECK_NOT_GRANTED] = "NOT_GRANTED",
        [CHECK_DEPTH] = "DEPTH",
        [CHECK_CONDITION_FALSE] = "CONDITION_FALSE",
        [CHECK_CONDITION_ERROR] = "CONDITION_ERROR",
        [CHECK_CONTEXT_MISSING] = "CONTEXT_MISSING",
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

/* ---- searching ---- */

typedef struct status check_search(struct search *, struct way *);

/* One turn of one of the searches; *done: it came to its end. */
static struct status check_turn(struct check *check, check_search *run, size_t budget,
                                struct check_answer *answer, bool *done)
{
    struct lookup lookup = check->lookup;
    lookup.left = budget;
    struct search search = { .lookup = &lookup,
                             .lineage = &check->lineage,
                             .conditions = &check->conditions,
                             .granted = { .lookup = &lookup,
                                          .objects = &check->begin.objects,
                                          .implied = &check->begin.implied,
                                          .apart = check->question->for_command } };
    struct status status = run(&search, &check->best);
    answer->lookups += budget - lookup.left;
    *done = status.code == STATUS_OK;
    return status.code == STATUS_RESOURCE_EXHAUSTED && lookup.left == 0 ? status_ok() : status;
}

static struct status check_turns(struct check *check, struct check_answer *answer)
{
    bool done = false;
    size_t budget = CHECK_TURN_FIRST;
    if (check->question->for_command) {
        TRY(check_turn(check, search_owner, budget, answer, &done));
        if (check->best.id.size > 0) {
            return status_ok();
        }
    }
    for (;;) {
        TRY(check_turn(check, search_down, budget, answer, &done));
        if (!done) {
            size_t up = budget * CHECK_TURN_UP;
            up = up < CHECK_LOOKUPS_MAX ? up : CHECK_LOOKUPS_MAX;
            TRY(check_turn(check, search_up, up, answer, &done));
        }
        if (done || budget == CHECK_LOOKUPS_MAX) {
            return done ? status_ok() : lookup_exhausted();
        }
        budget *= CHECK_TURN_GROWTH;
        budget = budget < CHECK_LOOKUPS_MAX ? budget : CHECK_LOOKUPS_MAX;
    }
}

/* ---- the answer ---- */

static struct status check_allow(struct check *check, struct check_answer *answer)
{
    const struct way *best = &check->best;
    answer->until_us = best->grant_us < best->seat_us ? best->grant_us : best->seat_us;
    check->lookup.left = CHECK_LOOKUPS_MAX; /* what is told was found within the budget */
    TRY(check_path_tell_way(&check->lookup, best, answer));
    answer->allowed = true; /* last: what fails before does not allow */
    return status_ok();
}

/* What no way allows: by conditions, or else. */
static struct status check_deny(struct check *check, struct check_answer *answer)
{
    const struct way *nearest = condition_denies(&check->conditions, &answer->reason);
    if (nearest != NULL) {
        check->lookup.left = CHECK_LOOKUPS_MAX;
        return check_path_tell_way(&check->lookup, nearest, answer);
    }
    answer->reason = CHECK_NOT_GRANTED;
    const struct lookup *of = &check->lookup;
    return check->question->explain
               ? check_explain(of->view, of->arena, of->at_us, check->question, answer)
               : status_ok();
}

static struct status check_answer(struct check *check, struct check_answer *answer)
{
    TRY(check_turns(check, answer));
    TRY(condition_tell(&check->conditions, answer));
    return check->best.id.size > 0 ? check_allow(check, answer) : check_deny(check, answer);
}

struct status check(const struct view *view, struct arena *arena, int64_t at_us,
                    const struct check_question *question, struct check_answer *answer)
{
    struct check check = { .lookup = { .view = view,
                                       .arena = arena,
                                       .at_us = at_us,
                                       .until_us = INT64_MAX,
                                       .left = CHECK_LOOKUPS_MAX },
                           .question = question };
    answer->allowed = false;
    answer->steps_count = 0;
    answer->until_us = INT64_MAX;
    answer->conditions_count = 0;
    if (view->expressions != NULL) {
        expressions_trim(view->expressions);
    }
    TRY(check_begin(&check.lookup, question, &check.begin));
    answer->reason = check.begin.reason;
    answer->nearest = check.begin.nearest;
    if (answer->reason == CHECK_ALLOWED) {
        TRY(lineage_of(&check.lookup, check.begin.subject, false, &check.lineage));
    }
    answer->lookups = CHECK_LOOKUPS_MAX - check.lookup.left;
    if (answer->reason != CHECK_ALLOWED) {
        return status_ok();
    }
    check.conditions = (struct conditions){ .view = view,
                                            .arena = arena,
                                            .at_us = at_us,
                                            .question = question,
                                            .subject = check.begin.subject };
    return check_answer(&check, answer);
}
