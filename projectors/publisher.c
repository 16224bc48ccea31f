/* A partition's way:
 *
 *   IDLE -> SEEKING -> PUBLISHING      the finder finds the checkpoint, then records flow
 *     ^        |        |
 *     +--------+--------+              not serving any more, somebody else publishes, log broken
 *   any -> STOPPED                     the log or the store contradicts itself; begins again
 *                                       after a minute
 *
 * All partitions share one handle for appending and one reader of decisions, which is needed only
 * for what publisher_offer did not tell: the past, and all where nobody tells. The reader runs
 * ahead of the partitions, so each partition has a backlog; a partition whose backlog is full is
 * left and followed again when it has drained: the others go on. A step for one partition takes
 * what has come for all; while some of them have something to do, a bell is rung. When the log
 * breaks, all that is under way is unknown: everything is dropped, and each partition begins again
 * at its checkpoint.
 *
 * A standby looks each T at what was published last. When nothing came for T(1+rank) it looks
 * (probes) whether there is a decision that nobody published: TICKs alone are no reason. Once it
 * publishes it goes on until it sees that what came last is another's. Two that publish for a while
 * do no harm: each goes on from what was published, in order, so a reader that drops what does not
 * rise misses nothing. */
#include "projectors/publisher_impl.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"

static const uint32_t publisher_next[PUBLISHER_STATES] = {
    [PUBLISHER_IDLE] = BIT(PUBLISHER_SEEKING),
    [PUBLISHER_SEEKING] = BIT(PUBLISHER_IDLE) | BIT(PUBLISHER_PUBLISHING) | BIT(PUBLISHER_STOPPED),
    [PUBLISHER_PUBLISHING] = BIT(PUBLISHER_IDLE) | BIT(PUBLISHER_STOPPED),
    [PUBLISHER_STOPPED] = BIT(PUBLISHER_IDLE),
};
static const char *const publisher_names[PUBLISHER_STATES] = { "idle", "seeking", "publishing",
                                                               "stopped" };

/* --- open and close --- */

struct status publisher_open(const struct publisher_options *options, struct publisher **out)
{
    struct checkpoint_finder_options finder = { .opener = options->opener,
                                                .level_known = options->level_known,
                                                .questions_max = options->partitions_count + 1 };
    struct checkpoint_finder *opened;
    TRY(checkpoint_finder_open(&finder, &opened));
    struct publisher *publisher = mem_zalloc(1, sizeof *publisher);
    publisher->options = *options;
    publisher->finder = opened;
    publisher->epoll = epoll_create1(EPOLL_CLOEXEC);
    publisher->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(publisher->epoll >= 0 && publisher->bell >= 0);
    publisher_watch(publisher, publisher->bell);
    publisher_watch(publisher, checkpoint_finder_descriptor(opened));
    publisher->slots = mem_zalloc(options->partitions_count, sizeof *publisher->slots);
    for (uint32_t i = 0; i < options->partitions_count; i++) {
        fsm_init(&publisher->slots[i].fsm, publisher_next, publisher_names, PUBLISHER_STATES,
                 PUBLISHER_IDLE);
        publisher_partition_init(&publisher->slots[i].partition, i);
        publisher->slots[i].standby =
            (struct standby){ .election_timeout_us = options->election_timeout_us,
                              .rank = options->rank,
                              .publisher = options->publisher };
    }
    *out = publisher;
    return status_ok();
}

void publisher_close(struct publisher *publisher)
{
    if (publisher == NULL) {
        return;
    }
    checkpoint_finder_close(publisher->finder);
    evlog_reader_close(publisher->reader);
    evlog_close(publisher->log);
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        publisher_partition_release(&publisher->slots[i].partition);
    }
    close(publisher->bell);
    close(publisher->epoll);
    mem_free(publisher->slots);
    mem_free(publisher);
}

int publisher_descriptor(const struct publisher *publisher)
{
    return publisher->epoll;
}

/* --- what is wanted --- */

static void publisher_ask_log(struct publisher *publisher)
{
    if (publisher->log == NULL && !publisher->log_asked &&
        publisher_now(publisher) >= publisher->log_ask_us) {
        publisher->log_asked = true;
        checkpoint_finder_ask(publisher->finder, CHECKPOINT_FINDER_LOG);
    }
}

static void publisher_ask(struct publisher *publisher, struct publisher_slot *slot,
                          int64_t again_us)
{
    int64_t now_us = publisher_now(publisher);
    if (slot->asked || now_us < slot->ask_us) {
        return;
    }
    slot->asked = true;
    slot->ask_us = now_us + again_us;
    if (slot->fsm.state == PUBLISHER_IDLE) {
        fsm_move(&slot->fsm, PUBLISHER_SEEKING);
    }
    checkpoint_finder_ask(publisher->finder, slot->partition.number);
}

/* Moves on what depends on who publishes. */
static void publisher_want(struct publisher *publisher, struct publisher_slot *slot, bool serving)
{
    bool standby = !serving && publisher->options.election_timeout_us > 0;
    if (serving && !slot->serving) {
        slot->ask_us = 0;
    }
    if (!serving && slot->serving && slot->fsm.state != PUBLISHER_STOPPED) {
        publisher_idle(publisher, slot);
    }
    slot->serving = serving;
    if (serving && slot->fsm.state == PUBLISHER_PUBLISHING && slot->partition.probe_above > 0) {
        publisher_begin(publisher, slot, &slot->begun, 0);
    }
    if (serving && slot->fsm.state == PUBLISHER_IDLE) {
        publisher_ask_log(publisher);
        if (publisher->log != NULL) {
            publisher_ask(publisher, slot, 0);
        }
    } else if (standby && slot->fsm.state != PUBLISHER_STOPPED) {
        publisher_ask(publisher, slot, publisher->options.election_timeout_us);
    }
}

/* --- publishing --- */

void publisher_offer(struct publisher *publisher, uint32_t partition, uint64_t offset,
                     struct str value, const struct hash *head)
{
    struct publisher_slot *slot = &publisher->slots[partition];
    if (slot->fsm.state == PUBLISHER_PUBLISHING && offset == slot->read_offset &&
        backlog_size(&slot->partition.backlog) < PUBLISHER_BACKLOG_MAX) {
        publisher_unfollow(publisher, slot); /* told of this one, it will be told of the next */
        backlog_add(&slot->partition.backlog, &(struct backlog_record){ offset, value, head });
        slot->read_offset = offset + 1;
    }
}

/* Reads what it was not told of. */
static struct status publisher_follow(struct publisher *publisher, struct publisher_slot *slot,
                                      const struct partition *partition)
{
    if (!slot->followed && slot->read_offset < partition->position.offset &&
        backlog_size(&slot->partition.backlog) <= PUBLISHER_BACKLOG_MAX / 2) {
        TRY(evlog_reader_seek(publisher->reader, slot->partition.number, slot->read_offset));
        slot->followed = true;
    }
    return status_ok();
}

/* A probe has come to its end, or has found something. */
static void publisher_probed(struct publisher *publisher, struct publisher_slot *slot,
                             uint64_t taken, enum publisher_partition_stop stop)
{
    if (stop == PUBLISHER_PARTITION_FOUND) {
        publisher_begin(publisher, slot, &slot->begun, 0);
        publisher_make_due(publisher, slot);
    } else if (stop == PUBLISHER_PARTITION_EMPTY && slot->partition.offset >= taken) {
        publisher_idle(publisher, slot);
    }
}

static struct status publisher_publish(struct publisher *publisher, struct publisher_slot *slot,
                                       const struct partition *partition)
{
    struct publisher_partition_port port = { .log = publisher->log,
                                             .partition = partition,
                                             .publisher = publisher->options.publisher,
                                             .room = &publisher->room };
    enum publisher_partition_stop stop;
    TRY(publisher_follow(publisher, slot, partition));
    if (publisher_partition_is_idle(&slot->partition) && slot->partition.probe_above == 0) {
        return status_ok();
    }
    TRY(publisher_partition_publish(&slot->partition, &port, &stop));
    if (slot->partition.probe_above > 0) {
        publisher_probed(publisher, slot, partition->position.offset, stop);
    }
    if (stop == PUBLISHER_PARTITION_SPENT) {
        publisher_make_due(publisher, slot);
    }
    publisher->starved |= stop == PUBLISHER_PARTITION_FULL;
    return status_ok();
}

void publisher_step(struct publisher *publisher, struct partition *partition, bool serving)
{
    struct publisher_slot *slot = &publisher->slots[partition->position.chain.partition];
    publisher_collect(publisher);
    publisher_done(publisher, slot);
    if (slot->fsm.state == PUBLISHER_STOPPED && publisher_now(publisher) >= slot->ask_us) {
        publisher_idle(publisher, slot);
    }
    publisher_want(publisher, slot, serving);
    if (slot->fsm.state != PUBLISHER_PUBLISHING) {
        return;
    }
    publisher_ask_log(publisher);
    if (publisher->log == NULL) {
        return;
    }
    struct status st = publisher_publish(publisher, slot, partition);
    if (st.code == STATUS_OK || st.code == STATUS_UNAVAILABLE) {
        publisher_report(publisher, slot->partition.number, &slot->trouble,
                         st); /* the next step goes on */
    } else {
        publisher_stop(publisher, slot, st);
    }
}

struct publisher_status publisher_status(const struct publisher *publisher, uint32_t partition)
{
    const struct publisher_slot *slot = &publisher->slots[partition];
    bool publishing = slot->fsm.state == PUBLISHER_PUBLISHING && slot->partition.probe_above == 0;
    return (struct publisher_status){
        .publishing = publishing,
        .sequence = publishing ? publisher_partition_published(&slot->partition) : 0,
        .trouble = slot->trouble
    };
}

uint64_t publisher_published(const struct publisher *publisher)
{
    return publisher->published;
}
