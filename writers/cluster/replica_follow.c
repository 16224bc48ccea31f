/* What the log says, by a record or by an acknowledgement, and what becomes of a partition by it:
 * core/evlog/leadership.h judges, here it is done. */
#include <inttypes.h>

#include "core/base/memory.h"
#include "writers/cluster/replica_impl.h"

enum {
    REPLICA_CLOCK_OFF_MAX_US = 1000 * 1000,
    REPLICA_CLOCK_PAUSE_TURNS = 10, /* silences that pass before a wrong clock is tried again */
};

/* The partition has taken a record; the leadership's chain is behind it. */
static void replica_tell_observer(struct replica *replica, uint64_t offset, struct str value)
{
    const struct server_observer *observer = &replica->common->options->observer;
    if (observer->hear != NULL) {
        observer->hear(observer->self, replica->number, offset, value,
                       &replica->leadership.chain.head);
        replica->news = true;
    }
}

static struct status replica_fold(struct replica *replica, uint64_t offset, struct str value,
                                  const struct replica_time *time)
{
    replica_mark_dirty(replica, time);
    TRY(partition_take_judged(replica->partition, offset, value, &replica->leadership.chain.head));
    replica_tell_observer(replica, offset, value);
    return status_ok();
}

/* Our oldest record counts: it is folded already. */
static struct status replica_confirm(struct replica *replica, uint64_t offset,
                                     const struct replica_time *time)
{
    assert(!replica_is_quiet(replica));
    struct str record = leadership_confirmed(&replica->leadership);
    bool accepted = false;
    replica_mark_dirty(replica, time);
    replica->moved_us = time->monotonic_us;
    TRY(partition_pass(replica->partition, offset, record, &replica->leadership.chain.head,
                       &accepted));
    assert(accepted);
    replica_tell_observer(replica, offset, record);
    return status_ok();
}

/* Another took over. He is to be heard before anybody tries again. */
static struct status replica_lose(struct replica *replica, const struct evlog_record *record,
                                  const struct replica_time *time)
{
    replica->race = REPLICA_RACE_LOST;
    replica->elections++;
    replica_drop(replica);
    if (replica->partition == NULL) {
        replica->open_us = time->monotonic_us; /* it reads this record again */
        return status_ok();
    }
    return replica_fold(replica, record->offset, record->value, time);
}

/* The clock of this machine decides when things were recorded: one that is far from the log's does
 * not decide. The log took our EPOCH between `asked` and now. */
static bool replica_clock_is_off(const struct replica *replica, const struct evlog_record *record,
                                 const struct replica_time *time)
{
    return record->time_us != 0 &&
           (record->time_us < replica->asked.now_us - REPLICA_CLOCK_OFF_MAX_US ||
            record->time_us > time->now_us + REPLICA_CLOCK_OFF_MAX_US);
}

static struct status replica_yield(struct replica *replica, const struct evlog_record *record,
                                   const struct replica_time *time)
{
    const struct position *position = &replica->partition->position;
    int64_t election_timeout_us = replica->common->options->election_timeout_us;
    replica_tell(replica,
                 status_error(STATUS_UNAVAILABLE,
                              "expected this machine's clock within 1 s of the log's, but it "
                              "is %" PRId64 " ms away: partition %" PRIu32 " is left to others",
                              (time->now_us - record->time_us) / 1000, replica->number));
    leadership_release(&replica->leadership);
    leadership_init(&replica->leadership, &position->chain, position->offset, time->monotonic_us);
    replica_move(replica, REPLICA_FOLLOWER);
    replica->not_before_us = time->monotonic_us + REPLICA_CLOCK_PAUSE_TURNS * election_timeout_us;
    return status_ok();
}

static struct status replica_lead(struct replica *replica)
{
    struct session *session = replica->common->session;
    const struct position *position = &replica->partition->position;
    replica->next_command = position->chain.next_command_offset;
    TRY(session_seek(session, session->commands, replica->number, replica->next_command));
    TRY(decider_init(&replica->decider, &replica->partition->fold, position));
    replica->decider.watch = replica->common->options->watch;
    replica->decider.poison = replica->common->poison;
    rejections_keep(&replica->decider.rejections, replica->common->rejections);
    timers_init(&replica->timers);
    TRY(timers_scan(&replica->timers, replica->partition));
    replica->race = REPLICA_RACE_NONE;
    replica_move(replica, REPLICA_LEADER);
    replica_tell(replica, status_ok());
    return status_ok();
}

static struct status replica_elected(struct replica *replica, const struct evlog_record *record,
                                     const struct replica_time *time)
{
    TRY(replica_fold(replica, record->offset, record->value, time));
    TRY(replica_write_out(replica)); /* the heads of all orgs are read from the store */
    return replica_clock_is_off(replica, record, time) ? replica_yield(replica, record, time)
                                                       : replica_lead(replica);
}

/* A record of ours does not count: what was decided behind it counts neither. */
static void replica_restart(struct replica *replica, const struct replica_time *time)
{
    replica_close(replica);
    replica->open_us = time->monotonic_us;
}

static struct status replica_take_event(struct replica *replica, const struct evlog_record *record,
                                        enum leadership_event event,
                                        const struct replica_time *time)
{
    switch (event) {
    case LEADERSHIP_CONFIRMED:
        return replica_confirm(replica, record->offset, time);
    case LEADERSHIP_WON:
        return replica_elected(replica, record, time);
    case LEADERSHIP_LOST:
        return replica_lose(replica, record, time);
    case LEADERSHIP_NOTHING:
    case LEADERSHIP_FOLD:
    case LEADERSHIP_READ:
    case LEADERSHIP_BROKE:
        break;
    }
    return replica_fold(replica, record->offset, record->value, time);
}

static struct status replica_take_record(struct replica *replica, const struct evlog_record *record,
                                         const struct replica_time *time)
{
    struct record decoded;
    enum leadership_event event;
    TRY(replica_make_room(replica));
    TRY(leadership_offer(&replica->leadership, record->offset, record->value, time->monotonic_us,
                         &decoded, &event));
    TRY(replica_take_event(replica, record, event, time));
    if (replica->partition != NULL && leadership_state(&replica->leadership) == LEADERSHIP_BROKEN) {
        replica_restart(replica, time);
    }
    replica_tell_closed(replica);
    return status_ok();
}

void replica_take(struct replica *replica, const struct evlog_record *record,
                  const struct replica_time *time)
{
    if (replica->partition == NULL || record->offset < replica->leadership.next_offset) {
        return;
    }
    struct status st = replica_take_record(replica, record, time);
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}

void replica_done(struct replica *replica, const struct session_done *done,
                  const struct replica_time *time)
{
    struct status st = status_ok();
    if (replica->partition == NULL || done->append.generation != replica->generation) {
        return;
    }
    if (done->append.sequence == 0) {
        assert(replica->dead_letters_pending > 0);
        replica->dead_letters_pending--;
        replica->moved_us = time->monotonic_us;
        return;
    }
    enum leadership_event event =
        leadership_acked(&replica->leadership, done->append.epoch, done->append.sequence,
                         done->offset, time->monotonic_us);
    if (event == LEADERSHIP_CONFIRMED) {
        st = replica_confirm(replica, done->offset, time);
    } else if (event == LEADERSHIP_READ) {
        st = replica_read_on(replica);
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    } else if (leadership_state(&replica->leadership) == LEADERSHIP_BROKEN) {
        replica_restart(replica, time);
    }
}
