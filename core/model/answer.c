#include "core/model/answer.h"

#include "core/domain/kernel/fields.h"
#include "core/model/token.h"
#include "core/pb/message.h"

static struct status answer_text(struct arena *arena, const char *text, char **copy)
{
    struct str copied = arena_copy(arena, str_z(text));
    *copy = (char *)(uintptr_t)copied.data;
    return copied.data == NULL ? arena_full(arena) : status_ok();
}

static struct status answer_token(struct arena *arena, const struct evlog_id *history_id,
                                  uint32_t partition, const struct answer *answer, char **text)
{
    Agency__V1__Token token = AGENCY__V1__TOKEN__INIT;
    struct evlog_id history = *history_id;
    struct str formatted;
    token.history_id = (ProtobufCBinaryData){ EVLOG_ID_SIZE, history.bytes };
    token.partition = partition;
    token.sequence = answer->sequence;
    token.org_sequence = answer->org_sequence;
    TRY(token_format(arena, &token, &formatted));
    *text = (char *)(uintptr_t)formatted.data;
    return status_ok();
}

struct status answer_response(struct arena *arena, const struct evlog_id *history_id,
                              uint32_t partition, const struct answer *answer,
                              Agency__V1__SubmitResponse **out)
{
    Agency__V1__SubmitResponse *response;
    TRY(pb_new(arena, &agency__v1__submit_response__descriptor, &response));
    TRY(answer_text(arena, answer->command_id, &response->command_id));
    TRY(answer_text(arena, status_code_name(answer->code), &response->code));
    TRY(answer_text(arena, answer->reason, &response->reason));
    response->repeated = answer->repeated;
    response->events = answer->events_count;
    response->org_sequence = answer->org_sequence;
    response->sequence = answer->sequence;
    if (answer->sequence > 0) {
        TRY(fields_time_new(arena, answer->recorded_at_us, &response->recorded_at));
        TRY(answer_token(arena, history_id, partition, answer, &response->token));
    }
    *out = response;
    return status_ok();
}
