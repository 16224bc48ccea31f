/* What comes to a publisher: answers of its finder, acknowledgements, records; and trouble.
 * publisher.c tells the whole story. */
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "projectors/publisher_impl.h"

/* --- who has something to do --- */

/* The bell is rung while a slot is due. */
void publisher_make_due(struct publisher *publisher, struct publisher_slot *slot)
{
    if (!slot->due) {
        slot->due = true;
        publisher->due_steps = 0;
        if (publisher->due_count++ == 0) {
            eventfd_write(publisher->bell, 1);
        }
    }
}

static void publisher_undo_due(struct publisher *publisher, struct publisher_slot *slot)
{
    eventfd_t rung;
    if (slot->due) {
        slot->due = false;
        if (--publisher->due_count == 0) {
            eventfd_read(publisher->bell, &rung);
        }
    }
}

/* A slot that is due while all the others were stepped twice has no partition now: it must not keep
 * the caller awake. */
void publisher_done(struct publisher *publisher, struct publisher_slot *slot)
{
    publisher_undo_due(publisher, slot);
    if (publisher->due_count > 0 &&
        ++publisher->due_steps > 2 * publisher->options.partitions_count) {
        for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
            publisher_undo_due(publisher, &publisher->slots[i]);
        }
    }
}

/* There is room again: for whom, only their steps show. */
static void publisher_resume_starved(struct publisher *publisher)
{
    for (uint32_t i = 0; publisher->starved && i < publisher->options.partitions_count; i++) {
        if (!publisher_partition_is_idle(&publisher->slots[i].partition)) {
            publisher_make_due(publisher, &publisher->slots[i]);
        }
    }
    publisher->starved = false;
}

/* --- trouble --- */

void publisher_report(struct publisher *publisher, uint32_t partition, struct status *known,
                      struct status what)
{
    bool news = known->code != what.code;
    *known = what;
    if (news) {
        evlog_reporter_tell(&publisher->options.reporter, partition, what);
    }
}

int64_t publisher_now(const struct publisher *publisher)
{
    return clock_monotonic_us(&publisher->options.clock);
}

void publisher_unfollow(struct publisher *publisher, struct publisher_slot *slot)
{
    if (slot->followed) {
        evlog_reader_leave(publisher->reader, slot->partition.number);
        slot->followed = false;
    }
}

/* The slot publishes nothing, and forgets what was under way. */
void publisher_idle(struct publisher *publisher, struct publisher_slot *slot)
{
    publisher_unfollow(publisher, slot);
    backlog_clear(&slot->partition.backlog);
    if (slot->fsm.state != PUBLISHER_IDLE) {
        fsm_move(&slot->fsm, PUBLISHER_IDLE);
    }
    standby_begin(&slot->standby);
}

void publisher_stop(struct publisher *publisher, struct publisher_slot *slot, struct status why)
{
    publisher_unfollow(publisher, slot);
    backlog_clear(&slot->partition.backlog);
    fsm_move(&slot->fsm, PUBLISHER_STOPPED);
    slot->ask_us = publisher_now(publisher) + PUBLISHER_STOPPED_US;
    publisher_report(publisher, slot->partition.number, &slot->trouble, why);
}

/* The finder closes it: that can wait for brokers, too. */
static void publisher_bury_log(struct publisher *publisher)
{
    if (publisher->reader != NULL) { /* both are watched */
        epoll_ctl(publisher->epoll, EPOLL_CTL_DEL, evlog_descriptor(publisher->log), NULL);
        epoll_ctl(publisher->epoll, EPOLL_CTL_DEL, evlog_reader_descriptor(publisher->reader),
                  NULL);
    }
    checkpoint_finder_bury(publisher->finder, publisher->log, publisher->reader);
    publisher->reader = NULL;
    publisher->log = NULL;
}

/* What is under way is unknown: all begin again, from what the log has. */
static void publisher_break(struct publisher *publisher, struct status why)
{
    publisher_report(publisher, EVLOG_ALL, &publisher->trouble, why);
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        struct publisher_slot *slot = &publisher->slots[i];
        if (slot->fsm.state == PUBLISHER_PUBLISHING) {
            publisher_idle(publisher, slot);
        }
    }
    publisher_bury_log(publisher);
    publisher->log_ask_us = publisher_now(publisher) + PUBLISHER_RETRY_US;
}

void publisher_watch(struct publisher *publisher, int descriptor)
{
    struct epoll_event event = { .events = EPOLLIN };
    int failed = epoll_ctl(publisher->epoll, EPOLL_CTL_ADD, descriptor, &event);
    assert(failed == 0);
}

/* --- what comes: answers of the finder, acknowledgements, records --- */

static void publisher_opened(struct publisher *publisher,
                             const struct checkpoint_finder_answer *answer)
{
    publisher->log_asked = false;
    publisher->log = answer->log;
    struct status st = answer->status;
    if (st.code == STATUS_OK) {
        st = evlog_reader_open(publisher->log, EVLOG_DECISIONS, &publisher->reader);
    }
    if (st.code != STATUS_OK) {
        publisher_break(publisher, st);
        return;
    }
    publisher->room = PUBLISHER_UNDER_WAY_MAX;
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        if (publisher->slots[i].serving) {
            publisher_make_due(publisher, &publisher->slots[i]);
        }
    }
    publisher_watch(publisher, evlog_descriptor(publisher->log));
    publisher_watch(publisher, evlog_reader_descriptor(publisher->reader));
    publisher_report(publisher, EVLOG_ALL, &publisher->trouble, status_ok());
}

/* Publishes from a checkpoint on; or only looks whether there is something above `probe_above`. */
void publisher_begin(struct publisher *publisher, struct publisher_slot *slot,
                     const struct checkpoint *checkpoint, uint64_t probe_above)
{
    slot->begun = *checkpoint;
    slot->standby.begun_end = checkpoint->end;
    publisher_partition_begin(&slot->partition, checkpoint);
    slot->partition.probe_above = probe_above;
    slot->read_offset = checkpoint->offset;
    publisher_unfollow(publisher, slot);
    publisher_report(publisher, slot->partition.number, &slot->trouble, status_ok());
}

static void publisher_found(struct publisher *publisher,
                            const struct checkpoint_finder_answer *answer)
{
    struct publisher_slot *slot = &publisher->slots[answer->number];
    slot->asked = false;
    publisher_make_due(publisher, slot);
    if (slot->fsm.state == PUBLISHER_PUBLISHING && !slot->serving &&
        answer->status.code == STATUS_OK &&
        standby_should_yield(&slot->standby, &answer->checkpoint)) {
        publisher_idle(publisher, slot);
    }
    if (slot->fsm.state != PUBLISHER_SEEKING) {
        return;
    }
    if (answer->status.code == STATUS_UNAVAILABLE) {
        slot->ask_us = publisher_now(publisher) + PUBLISHER_RETRY_US;
        publisher_idle(publisher, slot);
        publisher_report(publisher, answer->number, &slot->trouble, answer->status);
    } else if (answer->status.code != STATUS_OK) {
        publisher_stop(publisher, slot, answer->status);
    } else if (slot->serving) {
        fsm_move(&slot->fsm, PUBLISHER_PUBLISHING);
        publisher_begin(publisher, slot, &answer->checkpoint, 0);
    } else if (standby_is_due(&slot->standby, &answer->checkpoint, publisher_now(publisher))) {
        fsm_move(&slot->fsm, PUBLISHER_PUBLISHING);
        publisher_begin(publisher, slot, &answer->checkpoint, answer->checkpoint.last);
    } else {
        fsm_move(&slot->fsm, PUBLISHER_IDLE);
    }
}

static void publisher_take_answers(struct publisher *publisher)
{
    struct checkpoint_finder_answer answer;
    while (checkpoint_finder_take(publisher->finder, &answer)) {
        if (answer.number == CHECKPOINT_FINDER_LOG) {
            publisher_opened(publisher, &answer);
        } else {
            publisher_found(publisher, &answer);
        }
    }
}

static struct status publisher_take_completions(struct publisher *publisher)
{
    struct evlog_completion done[PUBLISHER_COMPLETIONS];
    size_t count;
    do {
        TRY(evlog_poll(publisher->log, done, PUBLISHER_COMPLETIONS, &count));
        for (size_t i = 0; i < count; i++) {
            if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
                return status_error(STATUS_UNAVAILABLE,
                                    "expected the log to take outcomes and events, but it is "
                                    "unknown what became of some");
            }
            struct publisher_slot *slot = &publisher->slots[done[i].token >> 32];
            publisher->room++;
            publisher->published +=
                publisher_partition_acked(&slot->partition, (uint32_t)done[i].token);
        }
        if (count > 0) {
            publisher_resume_starved(publisher);
        }
    } while (count == PUBLISHER_COMPLETIONS);
    return status_ok();
}

static void publisher_take_record(struct publisher *publisher, const struct evlog_record *record)
{
    struct publisher_slot *slot = &publisher->slots[record->partition];
    if (!slot->followed || record->offset < slot->read_offset) {
        return;
    }
    const struct backlog_record read = { record->offset, record->value, NULL };
    backlog_add(&slot->partition.backlog, &read);
    slot->read_offset = record->offset + 1;
    publisher_make_due(publisher, slot);
    if (backlog_size(&slot->partition.backlog) >= PUBLISHER_BACKLOG_MAX) {
        publisher_unfollow(publisher, slot);
    }
}

/* A reader for which the brokers are away goes on by itself when they are back. */
static void publisher_take_records(struct publisher *publisher)
{
    size_t count;
    struct status st =
        evlog_reader_read(publisher->reader, publisher->records, PUBLISHER_RECORDS, &count);
    if (st.code == STATUS_DATA_LOSS || st.code == STATUS_OUT_OF_RANGE) {
        st.code = STATUS_DATA_LOSS; /* what was read once is no longer there */
        publisher_stop(publisher, &publisher->slots[publisher->records[0].partition], st);
        return;
    }
    for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
        publisher_take_record(publisher, &publisher->records[i]);
    }
}

/* Takes what has come, if anything has. */
void publisher_collect(struct publisher *publisher)
{
    struct epoll_event event;
    if (epoll_wait(publisher->epoll, &event, 1, 0) <= 0) {
        return;
    }
    publisher_take_answers(publisher);
    if (publisher->log == NULL) {
        return;
    }
    struct status st = publisher_take_completions(publisher);
    if (st.code != STATUS_OK) {
        publisher_break(publisher, st);
        return;
    }
    publisher_take_records(publisher);
}
