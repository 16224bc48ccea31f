/* What a decider answers, beside what it records. */
#include <stdio.h>

#include "core/model/decision.h"
#include "core/model/outcome.h"
#include "writers/decider_inside.h"

static void decider_set_code(struct submit_answer *answer, enum status_code code,
                             const char *reason)
{
    answer->code = code;
    int size = snprintf(answer->reason, sizeof answer->reason, "%s", reason);
    assert(size >= 0);
}

struct status decider_fail(struct submit_answer *answer, struct status why)
{
    *answer = (struct submit_answer){ .outcome = SUBMIT_FAILED };
    decider_set_code(answer, why.code, why.msg);
    return status_ok();
}

void decider_set_rejection(struct submit_answer *answer, const Agency__V1__Rejection *rejection)
{
    if (rejection != NULL) {
        decider_set_code(answer, (enum status_code)rejection->code, rejection->reason);
    }
}

struct status decider_repeat(struct decider *decider, struct submit_answer *answer,
                             const Agency__V1__AnswerRow *row, const struct hash *content,
                             const char *command_id)
{
    struct hash first;
    if (!decision_hash_of(&row->content_hash, &first)) {
        return status_error(STATUS_DATA_LOSS, "expected a hash in the answer to command '%s'",
                            command_id);
    }
    if (!hash_eq(&first, content)) {
        return decider_fail(answer, decision_other_content(command_id));
    }
    *answer = (struct submit_answer){ .outcome = SUBMIT_REPEATED,
                                      .sequence = row->sequence,
                                      .org_sequence = row->org_sequence,
                                      .events_count = row->events_count,
                                      .recorded_at_us = row->recorded_at_us };
    decider_set_rejection(answer, row->rejection);
    return outcome_set_constraints(&decider->arena, row->constraints, row->n_constraints, answer);
}
