#include "core/model/outcome.h"

#include "core/domain/kernel/fields.h"
#include "core/model/token.h"
#include "core/pb/message.h"

static struct status outcome_token(struct arena *arena, const struct evlog_id *history_id,
                                   uint32_t partition, const struct outcome *outcome, char **text)
{
    Agency__V1__Token token = AGENCY__V1__TOKEN__INIT;
    struct evlog_id history = *history_id;
    struct str formatted;
    assert(outcome->sequence > 0); /* what was not decided has no place in the log */
    token.history_id = (ProtobufCBinaryData){ EVLOG_ID_SIZE, history.bytes };
    token.partition = partition;
    token.sequence = outcome->sequence;
    token.org_sequence = outcome->org_sequence;
    TRY(token_format(arena, &token, &formatted));
    *text = (char *)(uintptr_t)formatted.data;
    return status_ok();
}

struct outcome outcome_of(const char *command_id, const struct submit_answer *answer)
{
    return (struct outcome){
        .command_id = command_id,
        .repeated = answer->outcome == SUBMIT_REPEATED,
        .code = answer->code,
        .reason = answer->reason,
        .events_count = answer->events_count,
        .org_sequence = answer->org_sequence,
        .sequence = answer->sequence,
        .recorded_at_us = answer->recorded_at_us,
        .constraints_packed = str_make(answer->constraints, answer->constraints_size),
    };
}

struct status outcome_set_constraints(struct arena *arena,
                                      Agency__V1__ConstraintResult *const *constraints,
                                      size_t count, struct submit_answer *answer)
{
    Agency__V1__ConstraintResults results = AGENCY__V1__CONSTRAINT_RESULTS__INIT;
    struct str packed;
    answer->constraints_size = 0;
    results.results = (Agency__V1__ConstraintResult **)(uintptr_t)constraints;
    results.n_results = count;
    while (results.n_results > 0 &&
           agency__v1__constraint_results__get_packed_size(&results) > sizeof answer->constraints) {
        results.n_results--;
    }
    if (results.n_results == 0) {
        return status_ok();
    }
    TRY(pb_pack(arena, &results.base, &packed));
    assert(packed.size <= sizeof answer->constraints);
    memcpy(answer->constraints, packed.data, packed.size);
    answer->constraints_size = packed.size;
    return status_ok();
}

static struct status outcome_constraints(struct arena *arena, const struct outcome *outcome,
                                         Agency__V1__SubmitResponse *response)
{
    Agency__V1__ConstraintResults *results;
    response->constraints = (Agency__V1__ConstraintResult **)(uintptr_t)outcome->constraints;
    response->n_constraints = outcome->constraints_count;
    if (outcome->constraints_packed.size == 0) {
        return status_ok();
    }
    TRY(pb_unpack(arena, &agency__v1__constraint_results__descriptor, outcome->constraints_packed,
                  PB_STORED, &results));
    response->constraints = results->results;
    response->n_constraints = results->n_results;
    return status_ok();
}

struct status outcome_response(struct arena *arena, const struct evlog_id *history_id,
                               uint32_t partition, const struct outcome *outcome,
                               Agency__V1__SubmitResponse **out)
{
    Agency__V1__SubmitResponse *response;
    TRY(pb_new(arena, &agency__v1__submit_response__descriptor, &response));
    TRY(arena_text(arena, str_z(outcome->command_id), &response->command_id));
    TRY(arena_text(arena, str_z(status_code_name(outcome->code)), &response->code));
    TRY(arena_text(arena, str_z(outcome->reason), &response->reason));
    response->repeated = outcome->repeated;
    response->events = outcome->events_count;
    response->org_sequence = outcome->org_sequence;
    response->sequence = outcome->sequence;
    TRY(outcome_constraints(arena, outcome, response));
    if (outcome->sequence > 0) {
        TRY(fields_time_new(arena, outcome->recorded_at_us, &response->recorded_at));
        TRY(outcome_token(arena, history_id, partition, outcome, &response->token));
    }
    *out = response;
    return status_ok();
}
