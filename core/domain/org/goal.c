/* Goals of the org, each below the one that it serves. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/plain.h"

enum { GOAL_PROGRESS_MAX = 100 }; /* percent */

static bool goal_same(const Agency__V1__Goal *goal, const Agency__V1__Goal *wanted)
{
    return goal != NULL && strcmp(goal->parent_goal_id, wanted->parent_goal_id) == 0 &&
           strcmp(goal->owner_subject_id, wanted->owner_subject_id) == 0 &&
           strcmp(goal->statement, wanted->statement) == 0;
}

/* What the goal names must be there, unless it was named before. */
static struct status goal_check_named(struct decide *d, const Agency__V1__Goal *before,
                                      const Agency__V1__Goal *wanted)
{
    const Agency__V1__Goal *parent;
    const Agency__V1__Subject *owner;
    const char *parent_id = before == NULL ? "" : before->parent_goal_id;
    const char *owner_id = before == NULL ? "" : before->owner_subject_id;
    if (wanted->parent_goal_id[0] != '\0' && strcmp(wanted->parent_goal_id, parent_id) != 0) {
        TRY_ACCEPTED(d, rules_find_goal(d, wanted->parent_goal_id, LIVES_ACTIVE, &parent));
    }
    if (wanted->owner_subject_id[0] != '\0' && strcmp(wanted->owner_subject_id, owner_id) != 0) {
        TRY_ACCEPTED(d, rules_find_subject(d, wanted->owner_subject_id, LIVES_ACTIVE, &owner));
    }
    return status_ok();
}

/* As it is wanted; what was reported stays. */
static struct status goal_emit(struct decide *d, const Agency__V1__Goal *before,
                               const Agency__V1__Goal *wanted)
{
    Agency__V1__Goal goal = *wanted;
    if (before != NULL) {
        goal.progress = before->progress;
        goal.note = before->note;
    }
    return plain_emit(d, &goal.base);
}

struct status decide_set_goal(struct decide *d, const Agency__V1__SetGoal *command)
{
    const Agency__V1__Goal *goal, *wanted = command->goal;
    if (wanted->statement[0] == '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a statement of what is to be reached, but it is empty");
    }
    TRY_ACCEPTED(d, life_find_goal(d, &goal));
    if (goal_same(goal, wanted)) {
        return status_ok();
    }
    TRY_ACCEPTED(d, goal_check_named(d, goal, wanted));
    TRY_ACCEPTED(d, goal_emit(d, goal, wanted));
    return hierarchy_check(d, HIERARCHY_GOAL_PARENTS, wanted->goal_id);
}

struct status decide_report_goal(struct decide *d, const Agency__V1__ReportGoal *command)
{
    const Agency__V1__Goal *goal;
    Agency__V1__GoalReported event = AGENCY__V1__GOAL_REPORTED__INIT;
    if (command->progress > GOAL_PROGRESS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected progress of at most %d percent, but it is %u",
                             GOAL_PROGRESS_MAX, command->progress);
    }
    TRY_ACCEPTED(d, life_find_goal(d, &goal));
    if (goal->progress == command->progress && strcmp(goal->note, command->note) == 0) {
        return status_ok();
    }
    fields_copy(&command->base, &event.base);
    return emit_goal_reported(d, &event);
}
