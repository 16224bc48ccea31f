/* Life of a partition: it is opened, follows the decisions, takes over when nobody is heard, loses,
 * breaks and begins again. stake_follow.c has what
 * a record of the decisions does to it, stake_take_over.c how it becomes ours, stake_decide.c what
 * it does while it serves.
 *
 * Invariants: (1) `partition` has folded what lies below owner.next_offset and counts, and while
 * it decides, what is under way on top of it; (2) so the store is written only while nothing is
 * under way; (3) what was decided and can no longer count is dropped together with the partition,
 * which is opened again and folds what does count: there is no code that takes a decision back;
 * (4) nothing is answered here: whoever reads the decisions knows which count. */
#include "writers/stake_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/memory.h"

enum {
    STAKE_OPEN_EVERY_US = 1000 * 1000,
    STAKE_FLUSH_EVERY_US = 10 * 1000 * 1000,
    STAKE_WRITE_LATEST_US = 100 * 1000,   /* a busy standby's store is at most so old */
    STAKE_PATIENCE_US = 30 * 1000 * 1000, /* with a log that does not answer */
    STAKE_PATH_SIZE_MAX = 4096,
};
/* Decoded entities that all partitions together keep at hand. */
static const size_t STAKE_MEMORY_MAX = (size_t)1 << 30;

void stake_init(struct stake *stake, const struct stake_common *common,
                const struct cowriter_partition *which)
{
    *stake = (struct stake){ .common = common, .number = which->number, .rank = which->rank };
    stake->records = mem_zalloc(OWNER_PENDING_MAX, sizeof *stake->records);
    inbox_init(&stake->inbox);
}

/* ---- ending ---- */

static void stake_forget_records(struct stake *stake)
{
    for (; stake->records_begin < stake->records_end; stake->records_begin++) {
        mem_free((void *)(uintptr_t)stake->records[stake->records_begin % OWNER_PENDING_MAX].data);
    }
}

/* Decides no more. What is under way is nobody's any more; so is the fold, if something was. */
static void stake_stand_down(struct stake *stake)
{
    if (stake->deciding) {
        decider_release(&stake->decider);
        stake->deciding = false;
        if (stake->common->wire->log != NULL) {
            evlog_reader_leave(stake->common->wire->commands, stake->number);
        }
    }
    stake_forget_records(stake);
    inbox_empty(&stake->inbox);
    stake->refusals = 0;
    stake->ticking = false;
    stake->tick_wanted = false;
    stake->generation++;
}

void stake_close(struct stake *stake)
{
    if (stake->partition == NULL) {
        return;
    }
    stake_stand_down(stake);
    if (stake->common->wire->log != NULL) {
        evlog_reader_leave(stake->common->wire->decisions, stake->number);
    }
    owner_release(&stake->owner);
    partition_close(stake->partition);
    stake->partition = NULL;
    stake->dirty_us = 0;
}

void stake_release(struct stake *stake)
{
    stake_close(stake);
    inbox_release(&stake->inbox);
    mem_free(stake->records);
}

/* Drops what is under way and the fold with it; the log says what counts. */
void stake_drop(struct stake *stake)
{
    bool under_way = !stake_is_quiet(stake);
    stake_stand_down(stake);
    if (under_way) {
        stake_close(stake);
    }
}

void stake_disconnect(struct stake *stake)
{
    if (stake->partition != NULL) {
        stake->fresh = true;
        stake_drop(stake);
    }
}

/* ---- trouble ---- */

void stake_tell(struct stake *stake, struct status what)
{
    bool known = what.code == stake->trouble.code && strcmp(what.msg, stake->trouble.msg) == 0;
    const struct cowriter_options *options = stake->common->options;
    stake->trouble = what;
    if (!known && options->report != NULL) {
        options->report(options->context, stake->number, what);
    }
}

void stake_fail(struct stake *stake, struct status why, const struct stake_time *time)
{
    if (stake->common->wire->failure.code != STATUS_OK) {
        return; /* the log's, and so everybody's */
    }
    stake_close(stake);
    stake->open_us = time->monotonic_us + STAKE_OPEN_EVERY_US;
    stake->stopped = why.code != STATUS_UNAVAILABLE;
    stake_tell(stake, why);
}

void stake_unreadable(struct stake *stake, struct status why, const struct stake_time *time)
{
    stake_fail(stake, status_prefix(why, "partition %" PRIu32, stake->number), time);
}

/* ---- opening ---- */

/* Follows the log from where the partition is. */
static struct status stake_follow(struct stake *stake, const struct stake_time *time)
{
    struct wire *wire = stake->common->wire;
    const struct position *position = &stake->partition->position;
    uint64_t begin;
    TRY(wire_range(wire, EVLOG_DECISIONS, stake->number, &begin, &stake->end));
    TRY(wire_seek(wire, wire->decisions, stake->number, position->offset));
    owner_release(&stake->owner);
    owner_init(&stake->owner, &position->chain, position->offset, time->monotonic_us);
    stake->fresh = true;
    return status_ok();
}

static struct status stake_open_partition(struct stake *stake)
{
    const struct cowriter_options *options = stake->common->options;
    char path[STAKE_PATH_SIZE_MAX];
    struct partition_options partition = {
        .log = stake->common->wire->log,
        .number = stake->number,
        .level_known = STAKE_LEVEL,
        .cache_size = options->cache_size / stake->common->stakes_count,
        .memory_max = STAKE_MEMORY_MAX / stake->common->stakes_count,
    };
    if (options->stores != NULL) {
        snprintf(path, sizeof path, "%s/p%02" PRIu32, options->stores, stake->number);
        partition.store = path;
    }
    return partition_open(&partition, &stake->partition);
}

static void stake_open(struct stake *stake, const struct stake_time *time)
{
    const struct cowriter_options *options = stake->common->options;
    struct status st = stake_open_partition(stake);
    if (st.code == STATUS_OK) {
        struct status rebuilt = stake->partition->rebuilt;
        if (rebuilt.code != STATUS_OK && options->report != NULL) {
            options->report(options->context, stake->number, rebuilt);
        }
        stake->flushed_us = time->monotonic_us;
        st = stake_follow(stake, time);
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

void stake_connect(struct stake *stake, const struct stake_time *time)
{
    struct wire *wire = stake->common->wire;
    if (stake->partition == NULL) {
        stake->open_us = time->monotonic_us;
        return;
    }
    if (!evlog_id_eq(stake->partition->position.log_id, wire->log->identity.log_id)) {
        stake_close(stake); /* another log than before: opening looks at it */
        return;
    }
    struct status st = stake_follow(stake, time);
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

/* ---- writing ---- */

void stake_soil(struct stake *stake, const struct stake_time *time)
{
    if (stake->dirty_us == 0) {
        stake->dirty_us = time->monotonic_us > 0 ? time->monotonic_us : 1;
    }
}

static struct status stake_write(struct stake *stake)
{
    const struct cowriter_options *options = stake->common->options;
    assert(stake_is_quiet(stake));
    uint32_t roots = stake->partition->position.roots_count;
    uint64_t root = roots == 0 ? 0 : stake->partition->position.roots[roots - 1].sequence;
    TRY(partition_write(stake->partition));
    roots = stake->partition->position.roots_count;
    if (roots > 0 && stake->partition->position.roots[roots - 1].sequence != root) {
        stake->tick_wanted = stake->partition->position.chain.sequence % PARTITION_BATCH_MAX == 0;
    }
    stake->dirty_us = 0;
    stake->ticking = false;
    if (options->follower.step != NULL) {
        options->follower.step(options->follower.self, stake->partition, stake->deciding);
    }
    return status_ok();
}

/* The next record may be taken. A batch that must end has nothing under way behind it. */
struct status stake_make_room(struct stake *stake)
{
    return stake_is_quiet(stake) && partition_due(stake->partition) ? stake_write(stake)
                                                                    : status_ok();
}

/* ---- what time brings ---- */

static bool stake_write_due(const struct stake *stake, bool idle, const struct stake_time *time)
{
    if (!stake_is_quiet(stake)) {
        return false;
    }
    bool waits =
        stake->dirty_us != 0 &&
        (stake->deciding || idle || time->monotonic_us - stake->dirty_us > STAKE_WRITE_LATEST_US);
    return waits || partition_due(stake->partition);
}

/* A client of the log can hang, where another one would go on: then all begin anew. */
static struct status stake_check_patience(const struct stake *stake, const struct stake_time *time)
{
    bool waits =
        !stake_is_quiet(stake) || stake->refusals > 0 || owner_state(&stake->owner) == OWNER_TAKING;
    if (waits && time->monotonic_us - stake->moved_us > STAKE_PATIENCE_US) {
        wire_break(stake->common->wire,
                   status_error(STATUS_UNAVAILABLE,
                                "expected the log to answer partition %" PRIu32 " within 30 s",
                                stake->number));
    }
    return stake->common->wire->failure;
}

static struct status stake_step_open(struct stake *stake, bool idle, const struct stake_time *time)
{
    TRY(stake_check_patience(stake, time));
    if (stake_write_due(stake, idle, time)) {
        TRY(stake_write(stake));
    }
    if (stake_settled(stake) && time->monotonic_us - stake->flushed_us >= STAKE_FLUSH_EVERY_US) {
        stake->flushed_us = time->monotonic_us;
        TRY(partition_flush(stake->partition));
    }
    if (stake_take_over_due(stake, time)) {
        return stake_take_over(stake, time);
    }
    struct owner_timing timing = stake_timing(stake);
    if (stake->tick_wanted || owner_tick_due(&stake->owner, &timing, time->monotonic_us)) {
        stake_tick(stake, time);
    }
    return status_ok();
}

void stake_step(struct stake *stake, bool idle, const struct stake_time *time)
{
    if (stake->stopped) {
        return;
    }
    if (stake->partition == NULL) {
        if (time->monotonic_us >= stake->open_us) {
            stake_open(stake, time);
        }
        return;
    }
    struct status st = stake_step_open(stake, idle, time);
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

bool stake_settled(const struct stake *stake)
{
    return stake->partition == NULL || (stake->records_begin == stake->records_end &&
                                        stake->refusals == 0 && stake->dirty_us == 0);
}

void stake_flush(struct stake *stake, const struct stake_time *time)
{
    struct status st = stake->partition == NULL ? status_ok() : partition_flush(stake->partition);
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}
