/* What comes to a feed: answers of its scout, acknowledgements, records; and trouble. feed.c tells
 * the whole story. */
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "projectors/feed_impl.h"

/* --- who has something to do --- */

/* The bell is rung while a slot is due. */
void feed_make_due(struct feed *feed, struct feed_slot *slot)
{
    if (!slot->due) {
        slot->due = true;
        feed->due_steps = 0;
        if (feed->due_count++ == 0) {
            eventfd_write(feed->bell, 1);
        }
    }
}

static void feed_undo_due(struct feed *feed, struct feed_slot *slot)
{
    eventfd_t rung;
    if (slot->due) {
        slot->due = false;
        if (--feed->due_count == 0) {
            eventfd_read(feed->bell, &rung);
        }
    }
}

/* A slot that is due while all the others were stepped twice has no partition now: it must not keep
 * the caller awake. */
void feed_done(struct feed *feed, struct feed_slot *slot)
{
    feed_undo_due(feed, slot);
    if (feed->due_count > 0 && ++feed->due_steps > 2 * feed->options.partitions_count) {
        for (uint32_t i = 0; i < feed->options.partitions_count; i++) {
            feed_undo_due(feed, &feed->slots[i]);
        }
    }
}

/* There is room again: for whom, only their steps show. */
static void feed_feed(struct feed *feed)
{
    for (uint32_t i = 0; feed->starved && i < feed->options.partitions_count; i++) {
        if (!lane_is_idle(&feed->slots[i].lane)) {
            feed_make_due(feed, &feed->slots[i]);
        }
    }
    feed->starved = false;
}

/* --- trouble --- */

void feed_report(struct feed *feed, uint32_t partition, struct status *known, struct status what)
{
    bool news = known->code != what.code;
    *known = what;
    if (news && feed->options.report != NULL) {
        feed->options.report(feed->options.context, partition, what);
    }
}

int64_t feed_now(const struct feed *feed)
{
    return clock_monotonic_us(&feed->options.clock);
}

void feed_unfollow(struct feed *feed, struct feed_slot *slot)
{
    if (slot->followed) {
        evlog_reader_leave(feed->reader, slot->lane.number);
        slot->followed = false;
    }
}

/* The slot publishes nothing, and forgets what was under way. */
void feed_idle(struct feed *feed, struct feed_slot *slot)
{
    feed_unfollow(feed, slot);
    backlog_clear(&slot->lane.backlog);
    if (slot->fsm.state != FEED_IDLE) {
        fsm_move(&slot->fsm, FEED_IDLE);
    }
    standby_begin(&slot->standby);
}

void feed_stop(struct feed *feed, struct feed_slot *slot, struct status why)
{
    feed_unfollow(feed, slot);
    backlog_clear(&slot->lane.backlog);
    fsm_move(&slot->fsm, FEED_STOPPED);
    slot->ask_us = feed_now(feed) + FEED_STOPPED_US;
    feed_report(feed, slot->lane.number, &slot->trouble, why);
}

/* The scout closes it: that can wait for brokers, too. */
static void feed_bury_log(struct feed *feed)
{
    if (feed->reader != NULL) { /* both are watched */
        epoll_ctl(feed->epoll, EPOLL_CTL_DEL, evlog_descriptor(feed->log), NULL);
        epoll_ctl(feed->epoll, EPOLL_CTL_DEL, evlog_reader_descriptor(feed->reader), NULL);
    }
    scout_bury(feed->scout, feed->log, feed->reader);
    feed->reader = NULL;
    feed->log = NULL;
}

/* What is under way is unknown: all begin again, from what the log has. */
static void feed_break(struct feed *feed, struct status why)
{
    feed_report(feed, UINT32_MAX, &feed->trouble, why);
    for (uint32_t i = 0; i < feed->options.partitions_count; i++) {
        struct feed_slot *slot = &feed->slots[i];
        if (slot->fsm.state == FEED_PUBLISHING) {
            feed_idle(feed, slot);
        }
    }
    feed_bury_log(feed);
    feed->log_ask_us = feed_now(feed) + FEED_RETRY_US;
}

void feed_watch(struct feed *feed, int descriptor)
{
    struct epoll_event event = { .events = EPOLLIN };
    int failed = epoll_ctl(feed->epoll, EPOLL_CTL_ADD, descriptor, &event);
    assert(failed == 0);
}

/* --- what comes: answers of the scout, acknowledgements, records --- */

static void feed_opened(struct feed *feed, const struct scout_answer *answer)
{
    feed->log_asked = false;
    feed->log = answer->log;
    struct status st = answer->status;
    if (st.code == STATUS_OK) {
        st = evlog_reader_open(feed->log, EVLOG_DECISIONS, &feed->reader);
    }
    if (st.code != STATUS_OK) {
        feed_break(feed, st);
        return;
    }
    feed->room = FEED_UNDER_WAY_MAX;
    for (uint32_t i = 0; i < feed->options.partitions_count; i++) {
        if (feed->slots[i].serving) {
            feed_make_due(feed, &feed->slots[i]);
        }
    }
    feed_watch(feed, evlog_descriptor(feed->log));
    feed_watch(feed, evlog_reader_descriptor(feed->reader));
    feed_report(feed, UINT32_MAX, &feed->trouble, status_ok());
}

/* Publishes from a bookmark on; or only looks whether there is something above `probe_above`. */
void feed_begin(struct feed *feed, struct feed_slot *slot, const struct bookmark *bookmark,
                uint64_t probe_above)
{
    slot->begun = *bookmark;
    slot->standby.begun_end = bookmark->end;
    lane_begin(&slot->lane, bookmark);
    slot->lane.probe_above = probe_above;
    slot->read_offset = bookmark->offset;
    feed_unfollow(feed, slot);
    feed_report(feed, slot->lane.number, &slot->trouble, status_ok());
}

static void feed_found(struct feed *feed, const struct scout_answer *answer)
{
    struct feed_slot *slot = &feed->slots[answer->number];
    slot->asked = false;
    feed_make_due(feed, slot);
    if (slot->fsm.state == FEED_PUBLISHING && !slot->serving && answer->status.code == STATUS_OK &&
        standby_should_yield(&slot->standby, &answer->bookmark)) {
        feed_idle(feed, slot);
    }
    if (slot->fsm.state != FEED_SEEKING) {
        return;
    }
    if (answer->status.code == STATUS_UNAVAILABLE) {
        slot->ask_us = feed_now(feed) + FEED_RETRY_US;
        feed_idle(feed, slot);
        feed_report(feed, answer->number, &slot->trouble, answer->status);
    } else if (answer->status.code != STATUS_OK) {
        feed_stop(feed, slot, answer->status);
    } else if (slot->serving) {
        fsm_move(&slot->fsm, FEED_PUBLISHING);
        feed_begin(feed, slot, &answer->bookmark, 0);
    } else if (standby_is_due(&slot->standby, &answer->bookmark, feed_now(feed))) {
        fsm_move(&slot->fsm, FEED_PUBLISHING);
        feed_begin(feed, slot, &answer->bookmark, answer->bookmark.last);
    } else {
        fsm_move(&slot->fsm, FEED_IDLE);
    }
}

static void feed_take_answers(struct feed *feed)
{
    struct scout_answer answer;
    while (scout_take(feed->scout, &answer)) {
        if (answer.number == SCOUT_LOG) {
            feed_opened(feed, &answer);
        } else {
            feed_found(feed, &answer);
        }
    }
}

static struct status feed_take_completions(struct feed *feed)
{
    struct evlog_completion done[FEED_COMPLETIONS];
    size_t count;
    do {
        TRY(evlog_poll(feed->log, done, FEED_COMPLETIONS, &count));
        for (size_t i = 0; i < count; i++) {
            if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
                return status_error(STATUS_UNAVAILABLE,
                                    "expected the log to take outcomes and events, but it is "
                                    "unknown what became of some");
            }
            struct feed_slot *slot = &feed->slots[done[i].token >> 32];
            feed->room++;
            feed->published += lane_acked(&slot->lane, (uint32_t)done[i].token);
        }
        if (count > 0) {
            feed_feed(feed);
        }
    } while (count == FEED_COMPLETIONS);
    return status_ok();
}

static void feed_take_record(struct feed *feed, const struct evlog_record *record)
{
    struct feed_slot *slot = &feed->slots[record->partition];
    if (!slot->followed || record->offset < slot->read_offset) {
        return;
    }
    backlog_add(&slot->lane.backlog, record->offset, record->value);
    slot->read_offset = record->offset + 1;
    feed_make_due(feed, slot);
    if (backlog_size(&slot->lane.backlog) >= FEED_BACKLOG_MAX) {
        feed_unfollow(feed, slot);
    }
}

/* A reader for which the brokers are away goes on by itself when they are back. */
static void feed_take_records(struct feed *feed)
{
    size_t count;
    struct status st = evlog_reader_read(feed->reader, feed->records, FEED_RECORDS, &count);
    if (st.code == STATUS_DATA_LOSS || st.code == STATUS_OUT_OF_RANGE) {
        st.code = STATUS_DATA_LOSS; /* what was read once is no longer there */
        feed_stop(feed, &feed->slots[feed->records[0].partition], st);
        return;
    }
    for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
        feed_take_record(feed, &feed->records[i]);
    }
}

/* Takes what has come, if anything has. */
void feed_collect(struct feed *feed)
{
    struct epoll_event event;
    if (epoll_wait(feed->epoll, &event, 1, 0) <= 0) {
        return;
    }
    feed_take_answers(feed);
    if (feed->log == NULL) {
        return;
    }
    struct status st = feed_take_completions(feed);
    if (st.code != STATUS_OK) {
        feed_break(feed, st);
        return;
    }
    feed_take_records(feed);
}
