/* A partition's way:
 *
 *   IDLE -> SEEKING -> PUBLISHING      the scout finds the bookmark, then records flow
 *     ^        |        |
 *     +--------+--------+              not serving any more, somebody else publishes, log broken
 *   any -> STOPPED                     the log or the store contradicts itself; begins again
 *                                       after a minute, or by feed_leave
 *
 * All partitions share one handle for appending and one reader of decisions, which is needed only
 * for what feed_offer did not tell: the past, and all where nobody tells. The reader runs ahead
 * of the partitions, so each lane has a backlog; a lane whose backlog is full is left and followed
 * again when it has drained: the others go on. A step for one partition takes what has come for
 * all; while some of them have something to do, a bell is rung. When the log breaks, all
 * that is under way is unknown: everything is dropped, and each lane begins again at its bookmark.
 *
 * A standby looks at the last outcome each T. When nothing came for T(1+rank) it looks (probes)
 * whether there is an answer that nobody published: TICKs alone are no reason. Once it publishes it
 * goes on until it sees that the last outcome is another's. Two that publish for a while do no
 * harm: each goes on from what was published, in order, so a reader that drops what does not rise
 * misses nothing. */
#include "projectors/feed_impl.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"

static const uint32_t feed_next[FEED_STATES] = {
    [FEED_IDLE] = BIT(FEED_SEEKING),
    [FEED_SEEKING] = BIT(FEED_IDLE) | BIT(FEED_PUBLISHING) | BIT(FEED_STOPPED),
    [FEED_PUBLISHING] = BIT(FEED_IDLE) | BIT(FEED_STOPPED),
    [FEED_STOPPED] = BIT(FEED_IDLE),
};
static const char *const feed_names[FEED_STATES] = { "idle", "seeking", "publishing", "stopped" };

/* --- open and close --- */

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
    evlog_reader_close(feed->reader);
    evlog_close(feed->log);
    for (uint32_t i = 0; i < feed->options.partitions_count; i++) {
        lane_release(&feed->slots[i].lane);
    }
    close(feed->bell);
    close(feed->epoll);
    mem_free(feed->slots);
    mem_free(feed);
}

int feed_descriptor(const struct feed *feed)
{
    return feed->epoll;
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

void feed_offer(struct feed *feed, uint32_t partition, uint64_t offset, struct str value)
{
    struct feed_slot *slot = &feed->slots[partition];
    if (slot->fsm.state == FEED_PUBLISHING && offset == slot->read_offset &&
        backlog_size(&slot->lane.backlog) < FEED_BACKLOG_MAX) {
        feed_unfollow(feed, slot); /* told of this one, it will be told of the next */
        backlog_add(&slot->lane.backlog, offset, value);
        slot->read_offset = offset + 1;
    }
}

/* Reads what it was not told of. */
static struct status feed_follow(struct feed *feed, struct feed_slot *slot,
                                 const struct partition *partition)
{
    if (!slot->followed && slot->read_offset < partition->position.offset &&
        backlog_size(&slot->lane.backlog) <= FEED_BACKLOG_MAX / 2) {
        TRY(evlog_reader_seek(feed->reader, slot->lane.number, slot->read_offset));
        slot->followed = true;
    }
    return status_ok();
}

/* A probe has come to its end, or has found something. */
static void feed_probed(struct feed *feed, struct feed_slot *slot, uint64_t taken,
                        enum lane_stop stop)
{
    if (stop == LANE_FOUND) {
        feed_begin(feed, slot, &slot->begun, 0);
        feed_make_due(feed, slot);
    } else if (stop == LANE_EMPTY && slot->lane.offset >= taken) {
        feed_idle(feed, slot);
    }
}

static struct status feed_publish(struct feed *feed, struct feed_slot *slot,
                                  const struct partition *partition)
{
    struct lane_port port = { .log = feed->log,
                              .partition = partition,
                              .publisher = feed->options.publisher,
                              .room = &feed->room };
    enum lane_stop stop;
    TRY(feed_follow(feed, slot, partition));
    if (lane_is_idle(&slot->lane) && slot->lane.probe_above == 0) {
        return status_ok();
    }
    TRY(lane_publish(&slot->lane, &port, &stop));
    if (slot->lane.probe_above > 0) {
        feed_probed(feed, slot, partition->position.offset, stop);
    }
    if (stop == LANE_SPENT) {
        feed_make_due(feed, slot);
    }
    feed->starved |= stop == LANE_FULL;
    return status_ok();
}

void feed_step(struct feed *feed, struct partition *partition, bool serving)
{
    struct feed_slot *slot = &feed->slots[partition->position.chain.partition];
    feed_collect(feed);
    feed_done(feed, slot);
    if (slot->fsm.state == FEED_STOPPED && feed_now(feed) >= slot->ask_us) {
        feed_idle(feed, slot);
    }
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
