/* The only writer of a log knows more than one of many: the offset that each record will get, and
 * that every record of its epoch counts. So there is nothing to campaign for and nothing to read
 * back; what the log says is checked against what it must be, and anything else is DATA_LOSS.
 *
 * Order: leader_open; leader_decide and leader_tick, each record appended before the next call;
 * then leader_confirm in the same order.
 *
 * Invariants: (1) the decider is ahead of the partition by what is appended and not confirmed; (2)
 * a command's record lies right before its decision, at `commands_end`, since both are one append;
 * (3) the store is written only while the leader is settled. */
#include "writers/embedded/leader.h"

#include <inttypes.h>

#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/base/random.h"
#include "writers/decider_clock.h"
#include "writers/term.h"

/* The log's own thread answers within one sync; a disk that takes longer than this is broken. */
enum { LEADER_EPOCH_TIMEOUT_US = 30 * 1000000 };
/* Decoded entities that a decider keeps at hand. */
static const size_t LEADER_MEMORY_MAX = (size_t)256 << 20;

static struct status leader_wait(struct evlog *log, uint64_t *offset)
{
    struct evlog_completion completion;
    size_t count = 0;
    TRY(evlog_poll(log, &completion, 1, &count));
    while (count == 0) {
        if (!evlog_wait(evlog_descriptor(log), LEADER_EPOCH_TIMEOUT_US)) {
            return status_error(STATUS_UNAVAILABLE, "expected the log to answer within 30 s");
        }
        TRY(evlog_poll(log, &completion, 1, &count));
    }
    *offset = completion.offset;
    return completion.offset != EVLOG_OFFSET_UNKNOWN
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected the log to take an EPOCH");
}

static struct status leader_begin_epoch(struct leader *leader, const struct leader_options *options)
{
    struct buf value = { 0 };
    struct evlog_id id;
    random_bytes(id.bytes, sizeof id.bytes);
    if (options->process != 0) {
        num_put_u64be(id.bytes, options->process);
    }
    term_epoch(&leader->partition->position.chain, &options->log->identity, id,
               options->configuration, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = leader->number,
                               .value = buf_str(&value) };
    uint64_t offset;
    bool accepted = false;
    struct status st;
    TRY_OUT(evlog_append(leader->log, &item, 1));
    TRY_OUT(leader_wait(leader->log, &offset));
    TRY_OUT(partition_take(leader->partition, offset, buf_str(&value), NULL, &accepted));
    if (!accepted) {
        st = status_error(STATUS_DATA_LOSS, "expected the EPOCH of the only writer to count");
    }
    leader->decisions_end = offset + 1;
out:
    buf_release(&value);
    return st;
}

/* When nothing was recorded for long and something is due by now, the machine's clock may have been
 * set wrongly while nobody looked: it is not believed before it has stood for a minute. */
static struct status leader_begin_timers(struct leader *leader,
                                         const struct leader_options *options)
{
    const int64_t last_us = leader->partition->position.time_us;
    const bool old = last_us > 0 && options->now_us - last_us > DECIDER_CLOCK_OLD_US;
    leader->timed = options->timed;
    timers_init(&leader->timers);
    if (!options->timed && !old) {
        return status_ok();
    }
    TRY(timers_scan(&leader->timers, leader->partition));
    if (old && !options->accept_clock && timers_next_us(&leader->timers) <= options->now_us) {
        leader->mute_us = clock_boottime_us(&options->clock) + DECIDER_CLOCK_STANDS_US;
    }
    return status_ok();
}

static void leader_tell_pace(void *self, const struct partition *partition, uint64_t end)
{
    const struct leader *leader = self;
    const struct writer_watch *watch = leader->watch;
    int64_t took_us = clock_monotonic_us(&watch->clock) - leader->opened_us;
    struct pace pace = pace_make(leader->opened_at, &partition->position, end, took_us);
    watch->pace(watch->self, leader->number, &pace);
}

static struct status leader_open_partition(struct leader *leader,
                                           const struct leader_options *options)
{
    bool watched = options->watch != NULL;
    struct partition_options partition = { .store = options->store,
                                           .log = options->log,
                                           .number = options->number,
                                           .level_known = FORMAT_LEVEL,
                                           .memory_max = LEADER_MEMORY_MAX,
                                           .progress = { watched ? leader_tell_pace : NULL,
                                                         leader } };
    TRY(partition_open(&partition, &leader->partition));
    leader->opened_at = leader->partition->position.offset;
    leader->opened_us = clock_monotonic_us(&options->clock);
    return status_ok();
}

static struct status leader_start(struct leader *leader, const struct leader_options *options)
{
    TRY(leader_open_partition(leader, options));
    TRY(partition_catch_up(leader->partition, leader->log));
    if (leader->partition->position.chain.closed) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected an open log, but it was closed when it was copied: its "
                            "history goes on in the copy");
    }
    TRY(leader_begin_timers(leader, options));
    TRY(leader_begin_epoch(leader, options));
    uint64_t begin;
    TRY(evlog_range(leader->log, EVLOG_COMMANDS, leader->number, &begin, &leader->commands_end));
    TRY(decider_init(&leader->decider, &leader->partition->fold, &leader->partition->position));
    rejections_keep(&leader->decider.rejections, options->rejections);
    if (options->shelf != NULL) {
        TRY(partition_write(leader->partition)); /* what is shown is complete */
        partition_show(leader->partition, options->shelf);
    }
    leader->decider.watch = options->watch;
    leader->decider.poison = options->poison;
    return status_ok();
}

struct status leader_open(const struct leader_options *options, struct leader **leader)
{
    *leader = mem_zalloc(1, sizeof **leader);
    (*leader)->log = options->log;
    (*leader)->number = options->number;
    (*leader)->watch = options->watch;
    struct status st = leader_start(*leader, options);
    if (st.code != STATUS_OK) {
        leader_close(*leader);
        *leader = NULL;
    }
    return status_prefix(st, "partition %" PRIu32, options->number);
}

void leader_close(struct leader *leader)
{
    if (leader != NULL) {
        decider_release(&leader->decider);
        timers_release(&leader->timers);
        partition_close(leader->partition);
        mem_free(leader);
    }
}

struct status leader_decide(struct leader *leader, struct str command, int64_t now_us,
                            struct submit_answer *answer, struct str *record)
{
    struct decider_command given = { .bytes = command,
                                     .now_us = now_us,
                                     .next_command_offset = leader->commands_end + 1 };
    TRY(term_decide(&leader->decider, leader->timed ? &leader->timers : NULL, given, answer,
                    record));
    leader->commands_end += answer->outcome == SUBMIT_DECIDED;
    return status_ok();
}

struct status leader_elapse(struct leader *leader, int64_t now_us, bool *due, struct str *record)
{
    assert(leader->timed);
    return term_elapse(&leader->decider, &leader->timers, now_us, due, record);
}

struct status leader_check_clock(struct leader *leader, const struct clock *clock)
{
    const int64_t left_us = leader->mute_us == 0 ? 0 : leader->mute_us - clock_boottime_us(clock);
    if (left_us > 0) {
        return status_error(STATUS_UNAVAILABLE,
                            "expected a clock that has stood for a minute, as the last record of "
                            "partition %" PRIu32 " is more than a day old and something is due "
                            "since: try again in %" PRId64 " s, or see --accept-clock",
                            leader->number, left_us / 1000000 + 1);
    }
    leader->mute_us = 0;
    return status_ok();
}

struct status leader_tick(struct leader *leader, int64_t now_us, struct str *record)
{
    return term_tick(&leader->decider, &leader->partition->position, now_us,
                     leader->decider.chain.next_command_offset, record);
}

struct status leader_confirm(struct leader *leader, uint64_t offset, struct str value,
                             const struct hash *head)
{
    bool accepted = false;
    if (offset != leader->decisions_end) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the record at offset %" PRIu64 ", but it is at %" PRIu64,
                            leader->decisions_end, offset);
    }
    TRY(partition_pass(leader->partition, offset, value, head, &accepted));
    leader->decisions_end++;
    return accepted ? status_ok()
                    : status_error(STATUS_DATA_LOSS, "expected the only writer's record to count");
}

struct pace leader_pace(const struct leader *leader)
{
    const struct position *position = &leader->partition->position;
    return pace_make(position->offset, position, leader->decisions_end, 0);
}

bool leader_settled(const struct leader *leader)
{
    return leader->decider.chain.sequence == leader->partition->position.chain.sequence;
}

bool leader_full(const struct leader *leader)
{
    return leader->partition->boundary || partition_due(leader->partition) ||
           (!leader_settled(leader) && partition_boundary_at(leader->decider.chain.sequence));
}

bool leader_dirty(const struct leader *leader)
{
    return leader->partition->fold.active_changes.count > 0;
}
