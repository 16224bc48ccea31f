#include "core/model/repeats.h"

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/model/key.h"
#include "core/pb/skim.h"

static const int64_t REPEATS_AHEAD_US = (int64_t)COMMAND_AHEAD_SECONDS_MAX * 1000000;

struct repeats repeats_of(struct str configuration, int64_t forgotten_us)
{
    enum { REPEATS_KNOWN_SECONDS = 5 }; /* the field's number */
    uint64_t seconds = 0;
    bool found = pb_skim_varint(configuration, REPEATS_KNOWN_SECONDS, &seconds);
    return (struct repeats){ .known_us = found ? (int64_t)(uint32_t)seconds * 1000000 : 0,
                             .forgotten_us = forgotten_us };
}

int64_t repeats_forgotten_at(const struct repeats *repeats, int64_t now_us)
{
    int64_t by_us = repeats->known_us > 0 ? now_us - repeats->known_us : 0;
    return by_us > repeats->forgotten_us ? by_us : repeats->forgotten_us;
}

static struct status repeats_too_old(int64_t forgotten_us)
{
    char forgotten[TIME_TEXT_SIZE];
    time_format(forgotten_us, forgotten);
    return status_error(STATUS_FAILED_PRECONDITION,
                        "expected a command issued after %s, before which repeats are not known "
                        "any more: look into the history whether this one was decided",
                        forgotten);
}

struct status repeats_check(const struct repeats *repeats, const Agency__V1__Command *command,
                            int64_t now_us)
{
    int64_t forgotten_us = repeats_forgotten_at(repeats, now_us);
    if (forgotten_us == 0) {
        return status_ok();
    }
    if (command->issued_at == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected issued_at, as repeats are not known for ever here: when the "
                            "command was issued first, the same whenever it is sent again");
    }
    int64_t issued_us = fields_time_us(command->issued_at);
    if (issued_us > now_us + REPEATS_AHEAD_US) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected issued_at at most %d s ahead of the decider's clock",
                            COMMAND_AHEAD_SECONDS_MAX);
    }
    return issued_us > forgotten_us ? status_ok() : repeats_too_old(forgotten_us);
}

void repeats_floor_rise(struct repeats_floor *floor, int64_t forgotten_us)
{
    if (forgotten_us > REPEATS_AHEAD_US) {
        /* what was recorded by then was issued by forgotten_us, for repeats_check lets nothing
         * through that is further ahead */
        atomic_store(&floor->recorded_us, forgotten_us - REPEATS_AHEAD_US);
    }
}

bool repeats_forget(void *self, struct str key, struct str value)
{
    enum { RECORDED_AT_US = 6 }; /* the number of AnswerRow's field */
    struct repeats_floor *floor = self;
    int64_t floor_us = atomic_load(&floor->recorded_us);
    uint64_t recorded_us = 0;
    return floor_us > 0 && key.size > 0 && key.data[0] == ROW_ANSWER &&
           pb_skim_varint(value, RECORDED_AT_US, &recorded_us) && (int64_t)recorded_us <= floor_us;
}
