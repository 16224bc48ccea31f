/* A partition's way:
 *
 *   IDLE -> SEEKING -> PUBLISHING      the scout finds the bookmark, then records flow
 *     ^        |        |
 *     +--------+--------+              not serving any more, somebody else publishes, log broken
 *   any -> STOPPED                     the log or the store contradicts itself; feed_leave ends it
 *
 * All partitions share one handle for appending and one reader of decisions. The reader runs ahead
 * of the stores, so each lane has a backlog; a lane whose backlog is full is left and followed
 * again when it has drained: the others go on. When the log breaks, all that is under way is
 * unknown: everything is dropped, and each lane begins again at its bookmark.
 *
 * A standby looks at the last outcome each T. When nothing came for T(1+rank) it looks (probes)
 * whether there is an answer that nobody published: TICKs alone are no reason. Once it publishes it
 * goes on until it sees that the last outcome is another's. Two that publish for a while do no
 * harm: each goes on from what was published, in order, so a reader that drops what does not rise
 * misses nothing. */
#include "projectors/feed.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/fsm.h"
#include "core/base/memory.h"
#include "projectors/lane.h"
#include "projectors/scout.h"
#include "projectors/standby.h"

enum {
    FEED_RECORDS = 512,                        /* of one read */
    FEED_COMPLETIONS = 512,                    /* of one poll */
    FEED_BACKLOG_MAX = 8 << 20,                /* bytes, per partition */
    FEED_UNDER_WAY_MAX = EVLOG_PENDING_MAX / 2 /* records */
};

#define FEED_RETRY_US INT64_C(1000000)

enum feed_state { FEED_IDLE, FEED_SEEKING, FEED_PUBLISHING, FEED_STOPPED, FEED_STATES };

static const uint32_t feed_next[FEED_STATES] = {
    [FEED_IDLE] = BIT(FEED_SEEKING),
    [FEED_SEEKING] = BIT(FEED_IDLE) | BIT(FEED_PUBLISHING) | BIT(FEED_STOPPED),
    [FEED_PUBLISHING] = BIT(FEED_IDLE) | BIT(FEED_STOPPED),
    [FEED_STOPPED] = BIT(FEED_IDLE),
};
static const char *const feed_names[FEED_STATES] = { "idle", "seeking", "publishing", "stopped" };

struct feed_slot {
    struct fsm fsm;
    struct lane lane;
    bool asked;            /* the scout; its answer is still to come */
    bool serving;          /* as the last step said */
    bool followed;         /* by the reader; not while the backlog is full */
    uint64_t read_offset;  /* behind the last record of the backlog */
    int64_t ask_us;        /* monotonic: do not ask the scout before */
    struct bookmark begun; /* where publishing began */
    struct standby standby;
    struct status trouble;
};

struct feed {
    struct feed_options options;
    struct scout *scout;
    struct evlog *log; /* NULL: not open */
    struct evlog_reader *reader;
    bool log_asked;
    int64_t log_ask_us;
    int epoll;
    int bell;           /* rung when a step left something to do */
    size_t room;        /* records that may still be put under way */
    uint64_t published; /* by lanes that were begun again since */
    struct feed_slot *slots;
    struct arena arena;
    struct status trouble; /* of the log */
    struct evlog_record records[FEED_RECORDS];
};

static const size_t FEED_ARENA_MAX = (size_t)1 << 20; /* of a position */

/* --- open and close --- */

static void feed_watch(struct feed *feed, int descriptor)
{
    struct epoll_event event = { .events = EPOLLIN };
    int failed = epoll_ctl(feed->epoll, EPOLL_CTL_ADD, descriptor, &event);
    assert(failed == 0);
}

static void feed_close_log(struct feed *feed)
{
    evlog_reader_close(feed->reader);
    evlog_close(feed->log);
    feed->reader = NULL;
    feed->log = NULL;
}

struct status feed_open(const struct feed_options *options, struct feed **out)
{
    struct scout_options scout = { .open_log = options->open_log,
                                   .context = options->context,
                                   .level_known = options->level_known,
                                   .questions_max = options->partitions_count + 1 };
    struct scout *opened;
    TRY(scout_open(&scout, &opened));
    struct feed *feed = mem_zalloc(1, sizeof *feed);
    feed->options = *options;
    feed->scout = opened;
    feed->epoll = epoll_create1(EPOLL_CLOEXEC);
    feed->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(feed->epoll >= 0 && feed->bell >= 0);
    feed_watch(feed, feed->bell);
    feed_watch(feed, scout_descriptor(opened));
    arena_init(&feed->arena, FEED_ARENA_MAX);
    feed->slots = mem_zalloc(options->partitions_count, sizeof *feed->slots);
    for (uint32_t i = 0; i < options->partitions_count; i++) {
        fsm_init(&feed->slots[i].fsm, feed_next, feed_names, FEED_STATES, FEED_IDLE);
        lane_init(&feed->slots[i].lane, i);
        feed->slots[i].standby = (struct standby){ .silence_us = options->silence_us,
                                                   .rank = options->rank,
                                                   .publisher = options->publisher };
    }
    *out = feed;
    return status_ok();
}

void feed_close(struct feed *feed)
{
    if (feed == NULL) {
        return;
    }
    scout_close(feed->scout);
    feed_close_log(feed);
    for (uint32_t i = 0; i < feed->options.partitions_count; i++) {
        lane_release(&feed->slots[i].lane);
    }
    close(feed->bell);
    close(feed->epoll);
    arena_release(&feed->arena);
    mem_free(feed->slots);
    mem_free(feed);
}

int feed_descriptor(const struct feed *feed)
{
    return feed->epoll;
}

/* --- trouble --- */

static void feed_report(struct feed *feed, uint32_t partition, struct status *known,
                        struct status what)
{
    bool news = known->code != what.code;
    *known = what;
    if (news && feed->options.report != NULL) {
        feed->options.report(feed->options.context, partition, what);
    }
}

static int64_t feed_now(const struct feed *feed)
{
    return clock_monotonic_us(&feed->options.clock);
}

static void feed_unfollow(struct feed *feed, struct feed_slot *slot)
{
    if (slot->followed) {
        evlog_reader_leave(feed->reader, slot->lane.number);
        slot->followed = false;
    }
}

/* The slot publishes nothing, and forgets what was under way. */
static void feed_idle(struct feed *feed, struct feed_slot *slot)
{
    feed_unfollow(feed, slot);
    backlog_clear(&slot->lane.backlog);
    if (slot->fsm.state != FEED_IDLE) {
        fsm_move(&slot->fsm, FEED_IDLE);
    }
    standby_begin(&slot->standby);
}

static void feed_stop(struct feed *feed, struct feed_slot *slot, struct status why)
{
    feed_unfollow(feed, slot);
    backlog_clear(&slot->lane.backlog);
    fsm_move(&slot->fsm, FEED_STOPPED);
    feed_report(feed, slot->lane.number, &slot->trouble, why);
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
    feed_close_log(feed);
    feed->log_ask_us = feed_now(feed) + FEED_RETRY_US;
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
    feed_watch(feed, evlog_descriptor(feed->log));
    feed_watch(feed, evlog_reader_descriptor(feed->reader));
    feed_report(feed, UINT32_MAX, &feed->trouble, status_ok());
}

/* Publishes from a bookmark on; or only looks whether there is something above `probe_above`. */
static void feed_begin(struct feed *feed, struct feed_slot *slot, const struct bookmark *bookmark,
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
static void feed_collect(struct feed *feed)
{
    struct epoll_event event;
    eventfd_t rung;
    if (epoll_wait(feed->epoll, &event, 1, 0) <= 0) {
        return;
    }
    (void)eventfd_read(feed->bell, &rung); /* fails when it is silent */
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

/* --- what is wanted --- */

static void feed_ask_log(struct feed *feed)
{
    if (feed->log == NULL && !feed->log_asked && feed_now(feed) >= feed->log_ask_us) {
        feed->log_asked = true;
        scout_ask(feed->scout, SCOUT_LOG);
    }
}

static void feed_ask(struct feed *feed, struct feed_slot *slot, int64_t again_us)
{
    int64_t now_us = feed_now(feed);
    if (slot->asked || now_us < slot->ask_us) {
        return;
    }
    slot->asked = true;
    slot->ask_us = now_us + again_us;
    if (slot->fsm.state == FEED_IDLE) {
        fsm_move(&slot->fsm, FEED_SEEKING);
    }
    scout_ask(feed->scout, slot->lane.number);
}

/* Moves on what depends on who publishes. */
static void feed_want(struct feed *feed, struct feed_slot *slot, bool serving)
{
    bool standby = !serving && feed->options.silence_us > 0;
    if (serving && !slot->serving) {
        slot->ask_us = 0;
    }
    if (!serving && slot->serving && slot->fsm.state != FEED_STOPPED) {
        feed_idle(feed, slot);
    }
    slot->serving = serving;
    if (serving && slot->fsm.state == FEED_PUBLISHING && slot->lane.probe_above > 0) {
        feed_begin(feed, slot, &slot->begun, 0);
    }
    if (serving && slot->fsm.state == FEED_IDLE) {
        feed_ask_log(feed);
        if (feed->log != NULL) {
            feed_ask(feed, slot, 0);
        }
    } else if (standby && slot->fsm.state != FEED_STOPPED) {
        feed_ask(feed, slot, feed->options.silence_us);
    }
}

/* --- publishing --- */

static struct status feed_written(struct feed *feed, const struct partition *partition,
                                  uint64_t *offset)
{
    struct store_row row;
    struct position position;
    *offset = 0;
    arena_reset(&feed->arena);
    TRY(store_position(partition->reader, &feed->arena, &row));
    if (row.found) {
        TRY(position_decode(row.value, feed->options.level_known, &position));
        *offset = position.offset;
    }
    return status_ok();
}

static struct status feed_follow(struct feed *feed, struct feed_slot *slot)
{
    if (!slot->followed && backlog_size(&slot->lane.backlog) <= FEED_BACKLOG_MAX / 2) {
        TRY(evlog_reader_seek(feed->reader, slot->lane.number, slot->read_offset));
        slot->followed = true;
    }
    return status_ok();
}

/* A probe has come to its end, or has found something. */
static void feed_probed(struct feed *feed, struct feed_slot *slot, uint64_t written,
                        enum lane_stop stop)
{
    if (stop == LANE_FOUND) {
        feed_begin(feed, slot, &slot->begun, 0);
        eventfd_write(feed->bell, 1);
    } else if (stop == LANE_EMPTY && slot->lane.offset >= written) {
        feed_idle(feed, slot);
    }
}

static struct status feed_publish(struct feed *feed, struct feed_slot *slot,
                                  const struct partition *partition)
{
    struct lane_port port = { .log = feed->log,
                              .reader = partition->reader,
                              .publisher = feed->options.publisher,
                              .room = &feed->room };
    enum lane_stop stop;
    TRY(feed_follow(feed, slot));
    TRY(feed_written(feed, partition, &port.written));
    TRY(lane_publish(&slot->lane, &port, &stop));
    if (slot->lane.probe_above > 0) {
        feed_probed(feed, slot, port.written, stop);
    }
    if (stop == LANE_SPENT) {
        eventfd_write(feed->bell, 1);
    }
    return status_ok();
}

void feed_step(struct feed *feed, struct partition *partition, bool serving)
{
    struct feed_slot *slot = &feed->slots[partition->position.chain.partition];
    feed_collect(feed);
    feed_want(feed, slot, serving);
    if (slot->fsm.state != FEED_PUBLISHING) {
        return;
    }
    feed_ask_log(feed);
    if (feed->log == NULL) {
        return;
    }
    struct status st = feed_publish(feed, slot, partition);
    if (st.code == STATUS_OK || st.code == STATUS_UNAVAILABLE) {
        feed_report(feed, slot->lane.number, &slot->trouble, st); /* the next step goes on */
    } else {
        feed_stop(feed, slot, st);
    }
}

void feed_leave(struct feed *feed, uint32_t partition)
{
    struct feed_slot *slot = &feed->slots[partition];
    feed_idle(feed, slot);
    slot->serving = false;
    slot->trouble = status_ok();
}

struct feed_status feed_status(const struct feed *feed, uint32_t partition)
{
    const struct feed_slot *slot = &feed->slots[partition];
    bool publishing = slot->fsm.state == FEED_PUBLISHING && slot->lane.probe_above == 0;
    return (struct feed_status){ .publishing = publishing,
                                 .sequence = publishing ? lane_published(&slot->lane) : 0,
                                 .trouble = slot->trouble };
}

uint64_t feed_published(const struct feed *feed)
{
    return feed->published;
}
