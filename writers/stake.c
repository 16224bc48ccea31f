/* Life of a partition: it is opened, follows the decisions, takes over when nobody is heard, loses,
 * breaks and begins again. stake_follow.c has what a record of the decisions does to it,
 * stake_take_over.c how it becomes ours, stake_decide.c what it does while it serves.
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
    STAKE_FLUSH_EVERY_US = 60 * 1000 * 1000,
    STAKE_BEHIND_MIN = 64,                /* decisions that are worth another thread */
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
    if (stake->storing) {
        storer_wait(stake->common->storer, &stake->job);
        stake->storing = false;
    }
    stake_read_off(stake);
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

void stake_tell_closed(struct stake *stake)
{
    if (stake->partition != NULL && stake->partition->position.chain.closed) {
        stake_tell(stake, status_error(STATUS_FAILED_PRECONDITION,
                                       "expected an open log, but partition %" PRIu32 " was closed "
                                       "when it was copied: its history goes on in the copy",
                                       stake->number));
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
    why.code = STATUS_DATA_LOSS; /* what was read once is no longer there, or never all was */
    stake_fail(stake, status_prefix(why, "partition %" PRIu32, stake->number), time);
}

/* ---- opening ---- */

struct status stake_read_on(struct stake *stake)
{
    struct wire *wire = stake->common->wire;
    if (stake->reads) {
        return status_ok();
    }
    stake->reads = true;
    return wire_seek(wire, wire->decisions, stake->number, stake->owner.next_offset);
}

void stake_read_off(struct stake *stake)
{
    if (stake->reads && stake->common->wire->log != NULL) {
        evlog_reader_leave(stake->common->wire->decisions, stake->number);
    }
    stake->reads = false;
}

/* Follows the log from where the partition is. */
static struct status stake_follow(struct stake *stake, const struct stake_time *time)
{
    struct wire *wire = stake->common->wire;
    const struct position *position = &stake->partition->position;
    uint64_t begin;
    TRY(wire_range(wire, EVLOG_DECISIONS, stake->number, &begin, &stake->end));
    owner_release(&stake->owner);
    owner_init(&stake->owner, &position->chain, position->offset, time->monotonic_us);
    stake->fresh = !stake->lost;
    stake->reads = false;
    return stake_read_on(stake);
}

static struct status stake_open_partition(struct stake *stake)
{
    const struct cowriter_options *options = stake->common->options;
    char path[STAKE_PATH_SIZE_MAX];
    struct partition_options partition = {
        .log = stake->common->wire->log,
        .number = stake->number,
        .level_known = FORMAT_LEVEL,
        .decides = true,
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
    stake_tell_closed(stake);
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

/* Ends what the storer does for us, if it is done, or waits for it. */
static struct status stake_end_job(struct stake *stake, bool wait)
{
    struct storer *storer = stake->common->storer;
    if (!stake->storing || (!wait && !storer_done(storer, &stake->job))) {
        return status_ok();
    }
    storer_wait(storer, &stake->job);
    stake->storing = false;
    TRY(stake->job.status);
    return stake->job.flush ? status_ok() : partition_thaw(stake->partition);
}

static void stake_begin_job(struct stake *stake, bool flush)
{
    assert(!stake->storing);
    stake->job = (struct storer_job){ .partition = stake->partition, .flush = flush };
    stake->storing = true;
    storer_put(stake->common->storer, &stake->job);
}

/* A boundary has a root when it is written. */
static struct status stake_write_here(struct stake *stake)
{
    const struct position *position = &stake->partition->position;
    bool boundary = stake->partition->boundary &&
                    position->chain.sequence % PARTITION_BATCH_MAX == 0 && !stake->ticking;
    TRY(partition_write(stake->partition));
    stake->ticking = false;
    stake->tick_wanted = boundary && position->roots_count > 0;
    return status_ok();
}

/* A large batch is the storer's; a small one is not worth the way, and a boundary must be written
 * before anything follows. */
static struct status stake_write(struct stake *stake)
{
    assert(stake_is_quiet(stake));
    TRY(stake_end_job(stake, true));
    stake->dirty_us = 0;
    if (stake->common->storer == NULL || stake->partition->boundary ||
        stake->partition->fold.active_changes.decisions_count < STAKE_BEHIND_MIN) {
        return stake_write_here(stake);
    }
    partition_freeze(stake->partition);
    stake_begin_job(stake, false);
    return status_ok();
}

/* The next record may be taken. A batch that must end has nothing under way behind it. */
struct status stake_make_room(struct stake *stake)
{
    return stake_is_quiet(stake) && partition_due(stake->partition) ? stake_write(stake)
                                                                    : status_ok();
}

/* ---- what time brings ---- */

/* While more waits, a larger batch costs less; but not for ever. */
static bool stake_write_due(const struct stake *stake, bool idle, const struct stake_time *time)
{
    if (!stake_is_quiet(stake) || stake->storing) {
        return false;
    }
    bool waits = stake->deciding ? inbox_count(&stake->inbox) == 0 : idle;
    bool late = time->monotonic_us - stake->dirty_us > STAKE_BATCH_US;
    return (stake->dirty_us != 0 && (waits || late)) || partition_due(stake->partition);
}

static struct status stake_flush_when_due(struct stake *stake, const struct stake_time *time)
{
    if (time->monotonic_us - stake->flushed_us < STAKE_FLUSH_EVERY_US || !stake_settled(stake)) {
        return status_ok();
    }
    stake->flushed_us = time->monotonic_us;
    if (stake->common->storer == NULL) {
        return partition_flush(stake->partition);
    }
    stake_begin_job(stake, true);
    return status_ok();
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
    TRY(stake_end_job(stake, false));
    if (stake_write_due(stake, idle, time)) {
        TRY(stake_write(stake));
    }
    TRY(stake_flush_when_due(stake, time));
    if (stake->deciding && stake_is_quiet(stake)) {
        stake_read_off(stake); /* acknowledgements say all, until somebody writes between */
    }
    if (stake_take_over_due(stake, time)) {
        stake_take_over(stake, time);
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
    return stake->partition == NULL || (stake_is_quiet(stake) && stake->refusals == 0 &&
                                        stake->dirty_us == 0 && !stake->storing);
}

void stake_flush(struct stake *stake, const struct stake_time *time)
{
    struct status st = stake->partition == NULL ? status_ok() : stake_end_job(stake, true);
    if (st.code == STATUS_OK && stake->partition != NULL) {
        st = partition_flush(stake->partition);
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}
