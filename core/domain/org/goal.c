/* Goals of the org, each below the one that it serves. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/rules.h"

enum { GOAL_PROGRESS_MAX = 100 }; /* percent */

static bool goal_same(const Agency__V1__Goal *goal, const Agency__V1__SetGoal *command)
{
    return goal != NULL && strcmp(goal->parent_goal_id, command->parent_goal_id) == 0 &&
           strcmp(goal->owner_subject_id, command->owner_subject_id) == 0 &&
           strcmp(goal->statement, command->statement) == 0;
}

/* What the goal names must be there, unless it was named before. */
static struct status goal_check_named(struct decide *d, const Agency__V1__Goal *before,
                                      const Agency__V1__SetGoal *command)
{
    const Agency__V1__Goal *parent;
    const Agency__V1__Subject *owner;
    const char *parent_id = before == NULL ? "" : before->parent_goal_id;
    const char *owner_id = before == NULL ? "" : before->owner_subject_id;
    if (command->parent_goal_id[0] != '\0' && strcmp(command->parent_goal_id, parent_id) != 0) {
        TRY_ACCEPTED(d, rules_find_goal(d, command->parent_goal_id, LIVES_ACTIVE, &parent));
    }
    if (command->owner_subject_id[0] != '\0' && strcmp(command->owner_subject_id, owner_id) != 0) {
        TRY_ACCEPTED(d, rules_find_subject(d, command->owner_subject_id, LIVES_ACTIVE, &owner));
    }
    return status_ok();
}

struct status decide_set_goal(struct decide *d, const Agency__V1__SetGoal *command)
{
    const Agency__V1__Goal *goal;
    Agency__V1__GoalSet event = AGENCY__V1__GOAL_SET__INIT;
    if (command->statement[0] == '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a statement of what is to be reached, but it is empty");
    }
    TRY_ACCEPTED(d, life_find_goal(d, &goal));
    if (goal_same(goal, command)) {
        return status_ok();
    }
    TRY_ACCEPTED(d, goal_check_named(d, goal, command));
    fields_copy(&command->base, &event.base);
    TRY_ACCEPTED(d, emit_goal_set(d, &event));
    return hierarchy_check(d, HIERARCHY_GOAL_PARENTS, command->goal_id);
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
