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
    };
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
    if (outcome->sequence > 0) {
        TRY(fields_time_new(arena, outcome->recorded_at_us, &response->recorded_at));
        TRY(outcome_token(arena, history_id, partition, outcome, &response->token));
    }
    *out = response;
    return status_ok();
}
