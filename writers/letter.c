#include "writers/letter.h"

#include "agency/v1/stream.pb-c.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"

static enum status_code letter_code(const char *name)
{
    for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++) {
        if (strcmp(status_code_name((enum status_code)code), name) == 0) {
            return (enum status_code)code;
        }
    }
    return STATUS_UNKNOWN;
}

static void letter_reason(struct decider_answer *answer, const char *reason)
{
    size_t size = strlen(reason), most = sizeof answer->reason - 1;
    memcpy(answer->reason, reason, size < most ? size : most);
}

struct decider_answer letter_refusal(enum status_code code, const char *reason)
{
    struct decider_answer answer = { .outcome = DECIDER_REFUSED, .code = code };
    letter_reason(&answer, reason);
    return answer;
}

static bool letter_read_outcome(struct arena *arena, struct str value, struct letter *letter)
{
    Agency__V1__Outcome *outcome;
    struct status st =
        pb_unpack(arena, &agency__v1__outcome__descriptor, value, PB_OUTSIDE, &outcome);
    if (st.code != STATUS_OK || outcome->answer == NULL) {
        return false;
    }
    const Agency__V1__SubmitResponse *said = outcome->answer;
    *letter = (struct letter){
        .org_id = outcome->org_id,
        .command_id = said->command_id,
        .answer = { .outcome = said->repeated ? DECIDER_REPEATED : DECIDER_DECIDED,
                    .code = letter_code(said->code),
                    .sequence = said->sequence,
                    .org_sequence = said->org_sequence,
                    .events_count = said->events,
                    .recorded_at_us = fields_time_us(said->recorded_at) },
    };
    letter_reason(&letter->answer, said->reason);
    return true;
}

static bool letter_read_rejected(struct arena *arena, struct str value, struct letter *letter)
{
    Agency__V1__RejectedCommand *said;
    struct status st =
        pb_unpack(arena, &agency__v1__rejected_command__descriptor, value, PB_OUTSIDE, &said);
    if (st.code != STATUS_OK) {
        return false;
    }
    *letter = (struct letter){ .org_id = said->org_id,
                               .command_id = said->command_id,
                               .offset = said->offset,
                               .answer = letter_refusal(letter_code(said->code), said->reason) };
    return true;
}

bool letter_read(struct arena *arena, enum evlog_stream stream, struct str value,
                 struct letter *letter)
{
    return stream == EVLOG_OUTCOMES ? letter_read_outcome(arena, value, letter)
                                    : letter_read_rejected(arena, value, letter);
}
