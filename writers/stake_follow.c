/* What the log says, by a record or by an acknowledgement, and what becomes of a partition by it:
 * core/evlog/owner.h judges, here it is done. */
#include <inttypes.h>

#include "core/base/memory.h"
#include "writers/stake_impl.h"

enum {
    STAKE_CLOCK_OFF_MAX_US = 1000 * 1000,
    STAKE_CLOCK_PAUSE_TURNS = 10, /* silences that pass before a wrong clock is tried again */
};

/* The partition has taken a record. */
static void stake_tell_follower(struct stake *stake, uint64_t offset, struct str value)
{
    const struct cowriter_follower *follower = &stake->common->options->follower;
    if (follower->hear != NULL) {
        follower->hear(follower->self, stake->number, offset, value);
        stake->news = true;
    }
}

static struct status stake_fold(struct stake *stake, uint64_t offset, struct str value,
                                const struct stake_time *time)
{
    stake_soil(stake, time);
    TRY(partition_take(stake->partition, offset, value, NULL, NULL));
    stake_tell_follower(stake, offset, value);
    return status_ok();
}

/* Our oldest record counts: it is folded already. */
static struct status stake_confirm(struct stake *stake, uint64_t offset,
                                   const struct stake_time *time)
{
    assert(!stake_is_quiet(stake));
    struct str *record = &stake->records[stake->records_begin++ % OWNER_PENDING_MAX];
    bool accepted = false;
    stake_soil(stake, time);
    stake->moved_us = time->monotonic_us;
    struct status st = partition_pass(stake->partition, offset, *record, NULL, &accepted);
    if (st.code == STATUS_OK) {
        stake_tell_follower(stake, offset, *record);
    }
    mem_free((void *)(uintptr_t)record->data);
    assert(st.code != STATUS_OK || accepted);
    return st;
}

/* Another took over. He is to be heard before anybody tries again. */
static struct status stake_lose(struct stake *stake, const struct evlog_record *record,
                                const struct stake_time *time)
{
    stake->lost = true;
    stake->silences++;
    stake->fresh = false;
    stake_drop(stake);
    if (stake->partition == NULL) {
        stake->open_us = time->monotonic_us; /* it reads this record again */
        return status_ok();
    }
    return stake_fold(stake, record->offset, record->value, time);
}

/* The clock of this machine decides when things were recorded: one that is far from the log's does
 * not decide. The log took our EPOCH between `asked` and now. */
static bool stake_clock_is_off(const struct stake *stake, const struct evlog_record *record,
                               const struct stake_time *time)
{
    return record->time_us != 0 &&
           (record->time_us < stake->asked.now_us - STAKE_CLOCK_OFF_MAX_US ||
            record->time_us > time->now_us + STAKE_CLOCK_OFF_MAX_US);
}

static struct status stake_yield(struct stake *stake, const struct evlog_record *record,
                                 const struct stake_time *time)
{
    const struct position *position = &stake->partition->position;
    int64_t silence_us = stake->common->options->silence_us;
    stake_tell(stake,
               status_error(STATUS_UNAVAILABLE,
                            "expected this machine's clock within 1 s of the log's, but it "
                            "is %" PRId64 " ms away: partition %" PRIu32 " is left to others",
                            (time->now_us - record->time_us) / 1000, stake->number));
    owner_release(&stake->owner);
    owner_init(&stake->owner, &position->chain, position->offset, time->monotonic_us);
    stake->fresh = false;
    stake->not_before_us = time->monotonic_us + STAKE_CLOCK_PAUSE_TURNS * silence_us;
    return status_ok();
}

static struct status stake_serve(struct stake *stake)
{
    struct wire *wire = stake->common->wire;
    const struct position *position = &stake->partition->position;
    stake->next_command = position->chain.next_command_offset;
    TRY(wire_seek(wire, wire->commands, stake->number, stake->next_command));
    TRY(decider_init(&stake->decider, &stake->partition->fold, &position->chain, position->time_us,
                     position->configuration));
    stake->deciding = true;
    stake->lost = false;
    stake_tell(stake, status_ok());
    return status_ok();
}

static struct status stake_took(struct stake *stake, const struct evlog_record *record,
                                const struct stake_time *time)
{
    TRY(stake_fold(stake, record->offset, record->value, time));
    TRY(stake_make_room(stake));
    return stake_clock_is_off(stake, record, time) ? stake_yield(stake, record, time)
                                                   : stake_serve(stake);
}

/* A record of ours does not count: what was decided behind it counts neither. */
static void stake_begin_again(struct stake *stake, const struct stake_time *time)
{
    stake_close(stake);
    stake->open_us = time->monotonic_us;
}

static struct status stake_take_event(struct stake *stake, const struct evlog_record *record,
                                      enum owner_event event, const struct stake_time *time)
{
    switch (event) {
    case OWNER_CONFIRMED:
        return stake_confirm(stake, record->offset, time);
    case OWNER_TOOK:
        return stake_took(stake, record, time);
    case OWNER_LOST:
        return stake_lose(stake, record, time);
    case OWNER_NOTHING:
    case OWNER_FOLD:
    case OWNER_READ:
    case OWNER_BROKE:
        break;
    }
    return stake_fold(stake, record->offset, record->value, time);
}

static struct status stake_take_record(struct stake *stake, const struct evlog_record *record,
                                       const struct stake_time *time)
{
    struct record decoded;
    enum owner_event event;
    TRY(stake_make_room(stake));
    TRY(owner_offer(&stake->owner, record->offset, record->value, time->monotonic_us, &decoded,
                    &event));
    TRY(stake_take_event(stake, record, event, time));
    if (stake->partition != NULL && owner_state(&stake->owner) == OWNER_BROKEN) {
        stake_begin_again(stake, time);
    }
    stake_tell_closed(stake);
    return status_ok();
}

void stake_take(struct stake *stake, const struct evlog_record *record,
                const struct stake_time *time)
{
    if (stake->partition == NULL || record->offset < stake->owner.next_offset) {
        return;
    }
    struct status st = stake_take_record(stake, record, time);
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

void stake_done(struct stake *stake, const struct wire_done *done, const struct stake_time *time)
{
    struct status st = status_ok();
    if (stake->partition == NULL || done->flight.generation != stake->generation) {
        return;
    }
    if (done->flight.sequence == 0) {
        assert(stake->refusals > 0);
        stake->refusals--;
        stake->moved_us = time->monotonic_us;
        return;
    }
    enum owner_event event = owner_acked(&stake->owner, done->flight.epoch, done->flight.sequence,
                                         done->offset, time->monotonic_us);
    if (event == OWNER_CONFIRMED) {
        st = stake_confirm(stake, done->offset, time);
    } else if (event == OWNER_READ) {
        st = stake_read_on(stake);
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    } else if (owner_state(&stake->owner) == OWNER_BROKEN) {
        stake_begin_again(stake, time);
    }
}
