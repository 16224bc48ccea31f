/* A command's answer as clients see it, in process and on the topic of outcomes alike. */
#ifndef CORE_MODEL_OUTCOME_H
#define CORE_MODEL_OUTCOME_H

#include "agency/v1/query.pb-c.h"
#include "core/base/arena.h"
#include "core/evlog/chain.h"
#include "core/model/submit.h"

/* What is known of it. Borrows its texts. */
struct outcome {
    const char *command_id;
    bool repeated;
    enum status_code code;
    const char *reason; /* empty when accepted */
    uint32_t events_count;
    uint64_t org_sequence;
    uint64_t sequence; /* 0: nothing was recorded, and the next is not set */
    int64_t recorded_at_us;
    Agency__V1__ConstraintResult *const *constraints; /* that were not true */
    size_t constraints_count;
    struct str constraints_packed; /* the same, as an answer has them */
};

/* What an answer says of a command. */
struct outcome outcome_of(const char *command_id, const struct submit_answer *answer);

/* Puts the constraints that were not true into an answer, as far as there is room. */
MUST_USE struct status outcome_set_constraints(struct arena *arena,
                                               Agency__V1__ConstraintResult *const *constraints,
                                               size_t count, struct submit_answer *answer);

/* Gives the response, with the token of the decision in that partition; lies in the arena. */
MUST_USE struct status outcome_response(struct arena *arena, const struct evlog_id *history_id,
                                        uint32_t partition, const struct outcome *outcome,
                                        Agency__V1__SubmitResponse **response);

#endif
