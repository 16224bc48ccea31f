#include "writers/client/reply.h"

#include "agency/v1/stream.pb-c.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"

static void reply_reason(struct submit_answer *answer, const char *reason)
{
    size_t size = strlen(reason), most = sizeof answer->reason - 1;
    memcpy(answer->reason, reason, size < most ? size : most);
}

struct submit_answer reply_failed(enum status_code code, const char *reason)
{
    struct submit_answer answer = { .outcome = SUBMIT_FAILED, .code = code };
    reply_reason(&answer, reason);
    return answer;
}

static bool reply_read_outcome(struct arena *arena, struct str value, struct reply *reply)
{
    Agency__V1__Outcome *outcome;
    struct status st =
        pb_unpack(arena, &agency__v1__outcome__descriptor, value, PB_OUTSIDE, &outcome);
    if (st.code != STATUS_OK || outcome->answer == NULL) {
        return false;
    }
    const Agency__V1__SubmitResponse *said = outcome->answer;
    *reply = (struct reply){
        .org_id = outcome->org_id,
        .command_id = said->command_id,
        .principal = outcome->principal,
        .offset = outcome->offset,
        .answer = { .outcome = said->repeated ? SUBMIT_REPEATED : SUBMIT_DECIDED,
                    .code = status_code_named(said->code),
                    .sequence = said->sequence,
                    .org_sequence = said->org_sequence,
                    .events_count = said->events,
                    .recorded_at_us = fields_time_us(said->recorded_at) },
    };
    reply_reason(&reply->answer, said->reason);
    return true;
}

static bool reply_read_dead_letter(struct arena *arena, struct str value, struct reply *reply)
{
    Agency__V1__DeadLetter *said;
    struct status st =
        pb_unpack(arena, &agency__v1__dead_letter__descriptor, value, PB_OUTSIDE, &said);
    if (st.code != STATUS_OK) {
        return false;
    }
    *reply = (struct reply){ .org_id = said->org_id,
                             .command_id = said->command_id,
                             .offset = said->offset,
                             .answer = reply_failed(status_code_named(said->code), said->reason) };
    return true;
}

bool reply_read(struct arena *arena, enum evlog_stream stream, struct str value,
                struct reply *reply)
{
    return stream == EVLOG_OUTCOMES ? reply_read_outcome(arena, value, reply)
                                    : reply_read_dead_letter(arena, value, reply);
}
