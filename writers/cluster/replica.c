/* Life of a partition as this process has it:
 *
 *   OPENING -> FOLLOWER -> CANDIDATE -> LEADER
 *     |  ^        ^  |         |          |
 *     |  |        +--|---------+----------+   another leads; or our clock is off the log's
 *     |  +-----------+---------+----------+   the log or the disk refuses, a record of ours is
 *     |                                       fenced, what was decided can no longer count
 *     +-> STOPPED                             the log or the store contradicts itself: a person
 *                                             must act
 *
 * It is OPENING until log and store are open, CANDIDATE when nobody was heard for long enough,
 * LEADER when its EPOCH counts; candidates and leaders go back by way of FOLLOWER.
 *
 * A leader that loses is a follower at once only if nothing was under way; else its fold holds what
 * does not count, and it is opened anew. replica_follow.c has what a record of the decisions does,
 * replica_elect.c how it becomes ours, replica_lead.c what it does while it leads.
 *
 * Invariants: (1) `partition` has folded what lies below leadership.next_offset and counts, and
 * while it decides, what is under way on top of it; (2) so the store is written only while nothing
 * is under way; (3) what was decided and can no longer count is dropped together with the
 * partition, which is opened again and folds what does count: there is no code that takes a
 * decision back; (4) nothing is answered here: whoever reads the decisions knows which count. */
#include "writers/cluster/replica_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/memory.h"

enum {
    REPLICA_OPEN_EVERY_US = 1000 * 1000,
    REPLICA_FLUSH_EVERY_US = 60 * 1000 * 1000,
    REPLICA_BEHIND_MIN = 64,                /* decisions that are worth another thread */
    REPLICA_PATIENCE_US = 30 * 1000 * 1000, /* with a log that does not answer */
    REPLICA_PATH_SIZE_MAX = 4096,
};
/* Decoded entities that all partitions together keep at hand. */
static const size_t REPLICA_MEMORY_MAX = (size_t)1 << 30;

static const uint32_t replica_moves[REPLICA_STATES] = {
    [REPLICA_OPENING] = BIT(REPLICA_FOLLOWER) | BIT(REPLICA_STOPPED),
    [REPLICA_FOLLOWER] = BIT(REPLICA_CANDIDATE) | BIT(REPLICA_OPENING),
    [REPLICA_CANDIDATE] = BIT(REPLICA_LEADER) | BIT(REPLICA_FOLLOWER),
    [REPLICA_LEADER] = BIT(REPLICA_FOLLOWER),
    [REPLICA_STOPPED] = 0,
};

static void replica_check(const void *self)
{
    const struct replica *replica = self;
    enum replica_state state = replica_state(replica);
    enum leadership_state leadership = leadership_state(&replica->leadership);
    bool open = state != REPLICA_OPENING && state != REPLICA_STOPPED;
    assert(!open || replica->partition != NULL);
    assert(state != REPLICA_STOPPED || replica->partition == NULL);
    assert(state != REPLICA_CANDIDATE || leadership == LEADERSHIP_CANDIDATE);
    assert(state != REPLICA_LEADER || leadership == LEADERSHIP_LEADER);
    assert(state == REPLICA_LEADER || command_queue_count(&replica->commands) == 0);
    assert(state == REPLICA_LEADER || replica->tick != REPLICA_TICK_UNDER_WAY);
}

void replica_init(struct replica *replica, const struct replica_common *common,
                  const struct server_partition *which)
{
    *replica = (struct replica){ .common = common, .number = which->number, .rank = which->rank };
    fsm_init(&replica->fsm, replica_moves, replica_state_names, REPLICA_STATES, REPLICA_OPENING);
    replica->fsm.check = replica_check;
    replica->fsm.self = replica;
    command_queue_init(&replica->commands);
}

/* ---- ending ---- */

void replica_move(struct replica *replica, enum replica_state state)
{
    if (replica_state(replica) != state) {
        fsm_move(&replica->fsm, state);
    }
}

/* Decides no more. What is under way is nobody's any more; so is the fold, if something was. */
static void replica_stand_down(struct replica *replica)
{
    enum replica_state state = replica_state(replica);
    if (replica_leads(replica)) {
        decider_release(&replica->decider);
        timers_release(&replica->timers);
        if (replica->common->session->log != NULL) {
            evlog_reader_leave(replica->common->session->commands, replica->number);
        }
    }
    command_queue_empty(&replica->commands);
    replica->dead_letters_pending = 0;
    replica->tick = REPLICA_TICK_NONE;
    replica->generation++;
    if (state == REPLICA_LEADER || state == REPLICA_CANDIDATE) {
        replica_move(replica, REPLICA_FOLLOWER);
    }
}

static void replica_read_off(struct replica *replica)
{
    if (replica->reads && replica->common->session->log != NULL) {
        evlog_reader_leave(replica->common->session->decisions, replica->number);
    }
    replica->reads = false;
}

void replica_close(struct replica *replica)
{
    if (replica->partition == NULL) {
        return;
    }
    replica_stand_down(replica);
    if (replica->storing) {
        flusher_wait(replica->common->flusher, &replica->job);
        replica->storing = false;
    }
    replica_read_off(replica);
    leadership_release(&replica->leadership);
    partition_close(replica->partition);
    replica->partition = NULL;
    replica->dirty_us = 0;
    replica_move(replica, REPLICA_OPENING);
}

void replica_release(struct replica *replica)
{
    replica_close(replica);
    command_queue_release(&replica->commands);
}

/* Drops what is under way and the fold with it; the log says what counts. */
void replica_drop(struct replica *replica)
{
    bool under_way = !replica_is_quiet(replica);
    replica_stand_down(replica);
    if (under_way) {
        replica_close(replica);
    }
}

void replica_disconnect(struct replica *replica)
{
    if (replica->partition != NULL) {
        replica_drop(replica);
        replica_move(replica, REPLICA_OPENING);
    }
}

/* ---- trouble ---- */

void replica_tell(struct replica *replica, struct status what)
{
    bool known = what.code == replica->trouble.code && strcmp(what.msg, replica->trouble.msg) == 0;
    replica->trouble = what;
    if (!known) {
        evlog_reporter_tell(&replica->common->options->reporter, replica->number, what);
    }
}

void replica_tell_closed(struct replica *replica)
{
    if (replica->partition != NULL && replica->partition->position.chain.closed) {
        replica_tell(replica,
                     status_error(STATUS_FAILED_PRECONDITION,
                                  "expected an open log, but partition %" PRIu32 " was closed "
                                  "when it was copied: its history goes on in the copy",
                                  replica->number));
    }
}

void replica_fail(struct replica *replica, struct status why, const struct replica_time *time)
{
    if (replica->common->session->failure.code != STATUS_OK) {
        return; /* the log's, and so everybody's */
    }
    replica_close(replica);
    replica->open_us = time->monotonic_us + REPLICA_OPEN_EVERY_US;
    if (why.code != STATUS_UNAVAILABLE) {
        replica_move(replica, REPLICA_STOPPED);
    }
    replica_tell(replica, why);
}

void replica_miss_decisions(struct replica *replica, struct status why,
                            const struct replica_time *time)
{
    why.code = STATUS_DATA_LOSS; /* what was read once is no longer there, or never all was */
    replica_fail(replica, status_prefix(why, "partition %" PRIu32, replica->number), time);
}

/* ---- opening ---- */

struct status replica_read_on(struct replica *replica)
{
    struct session *session = replica->common->session;
    if (replica->reads) {
        return status_ok();
    }
    replica->reads = true;
    return session_seek(session, session->decisions, replica->number,
                        replica->leadership.next_offset);
}

/* Follows the log from where the partition is. */
static struct status replica_follow(struct replica *replica, const struct replica_time *time)
{
    struct session *session = replica->common->session;
    const struct position *position = &replica->partition->position;
    uint64_t begin;
    TRY(session_range(session, EVLOG_DECISIONS, replica->number, &begin, &replica->end));
    leadership_release(&replica->leadership);
    leadership_init(&replica->leadership, &position->chain, position->offset, time->monotonic_us);
    replica->race = replica->race == REPLICA_RACE_LOST ? REPLICA_RACE_LOST : REPLICA_RACE_FRESH;
    replica->reads = false;
    replica->begin = position->offset;
    replica->begin_us = time->monotonic_us;
    replica_move(replica, REPLICA_FOLLOWER);
    return replica_read_on(replica);
}

static struct status replica_open_partition(struct replica *replica)
{
    const struct server_options *options = replica->common->options;
    char path[REPLICA_PATH_SIZE_MAX];
    struct partition_options partition = {
        .log = replica->common->session->log,
        .number = replica->number,
        .level_known = FORMAT_LEVEL,
        .decides = true,
        .cache_size = options->cache_size / replica->common->replicas_count,
        .memory_max = REPLICA_MEMORY_MAX / replica->common->replicas_count,
    };
    if (options->stores != NULL) {
        snprintf(path, sizeof path, "%s/p%02" PRIu32, options->stores, replica->number);
        partition.store = path;
    }
    return partition_open(&partition, &replica->partition);
}

static void replica_open(struct replica *replica, const struct replica_time *time)
{
    struct status st = replica_open_partition(replica);
    if (st.code == STATUS_OK) {
        struct status rebuilt = replica->partition->rebuilt;
        if (rebuilt.code != STATUS_OK) {
            evlog_reporter_tell(&replica->common->options->reporter, replica->number, rebuilt);
        }
        replica->flushed_us = time->monotonic_us;
        st = replica_follow(replica, time);
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
    replica_tell_closed(replica);
}

void replica_connect(struct replica *replica, const struct replica_time *time)
{
    struct session *session = replica->common->session;
    if (replica->partition == NULL) {
        replica->open_us = time->monotonic_us;
        return;
    }
    if (!evlog_id_eq(replica->partition->position.log_id, session->log->identity.log_id)) {
        replica_close(replica); /* another log than before: opening looks at it */
        return;
    }
    struct status st = replica_follow(replica, time);
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}

/* ---- writing ---- */

void replica_mark_dirty(struct replica *replica, const struct replica_time *time)
{
    if (replica->dirty_us == 0) {
        replica->dirty_us = time->monotonic_us > 0 ? time->monotonic_us : 1;
    }
}

/* Ends what the flusher does for us, if it is done, or waits for it. */
static struct status replica_end_job(struct replica *replica, bool wait)
{
    struct flusher *flusher = replica->common->flusher;
    if (!replica->storing || (!wait && !flusher_done(flusher, &replica->job))) {
        return status_ok();
    }
    flusher_wait(flusher, &replica->job);
    replica->storing = false;
    TRY(replica->job.status);
    return replica->job.flush ? status_ok() : partition_thaw(replica->partition);
}

static void replica_begin_job(struct replica *replica, bool flush)
{
    assert(!replica->storing);
    replica->job = (struct flusher_job){ .partition = replica->partition, .flush = flush };
    replica->storing = true;
    flusher_put(replica->common->flusher, &replica->job);
}

/* A boundary has a root when it is written. */
static struct status replica_write_here(struct replica *replica)
{
    const struct position *position = &replica->partition->position;
    bool boundary = replica->partition->boundary &&
                    partition_boundary_at(position->chain.sequence) &&
                    replica->tick != REPLICA_TICK_UNDER_WAY;
    TRY(partition_write(replica->partition));
    bool wanted = boundary && position->roots_count > 0;
    replica->tick = wanted ? REPLICA_TICK_WANTED : REPLICA_TICK_NONE;
    return status_ok();
}

/* A large batch is the flusher's; a small one is not worth the way, and a boundary must be written
 * before anything follows. */
static struct status replica_write(struct replica *replica)
{
    assert(replica_is_quiet(replica));
    TRY(replica_end_job(replica, true));
    replica->dirty_us = 0;
    if (replica->common->flusher == NULL || replica->partition->boundary ||
        replica->partition->fold.active_changes.decisions_count < REPLICA_BEHIND_MIN) {
        return replica_write_here(replica);
    }
    partition_freeze(replica->partition);
    replica_begin_job(replica, false);
    return status_ok();
}

struct status replica_write_out(struct replica *replica)
{
    assert(replica_is_quiet(replica));
    TRY(replica_end_job(replica, true));
    replica->dirty_us = 0;
    return replica_write_here(replica);
}

/* The next record may be taken. A batch that must end has nothing under way behind it. */
struct status replica_make_room(struct replica *replica)
{
    return replica_is_quiet(replica) && partition_due(replica->partition) ? replica_write(replica)
                                                                          : status_ok();
}

/* ---- what time brings ---- */

/* While more waits, a larger batch costs less; but not for ever. */
static bool replica_write_due(const struct replica *replica, bool idle,
                              const struct replica_time *time)
{
    if (!replica_is_quiet(replica) || replica->storing) {
        return false;
    }
    bool waits = replica_leads(replica) ? command_queue_count(&replica->commands) == 0 : idle;
    bool late = time->monotonic_us - replica->dirty_us > REPLICA_BATCH_US;
    return (replica->dirty_us != 0 && (waits || late)) || partition_due(replica->partition);
}

static struct status replica_flush_when_due(struct replica *replica,
                                            const struct replica_time *time)
{
    if (time->monotonic_us - replica->flushed_us < REPLICA_FLUSH_EVERY_US ||
        !replica_settled(replica)) {
        return status_ok();
    }
    replica->flushed_us = time->monotonic_us;
    if (replica->common->flusher == NULL) {
        return partition_flush(replica->partition);
    }
    replica_begin_job(replica, true);
    return status_ok();
}

/* A client of the log can hang, where another one would go on: then all begin anew. */
static struct status replica_check_patience(const struct replica *replica,
                                            const struct replica_time *time)
{
    bool waits = !replica_is_quiet(replica) || replica->dead_letters_pending > 0 ||
                 replica_state(replica) == REPLICA_CANDIDATE;
    if (waits && time->monotonic_us - replica->moved_us > REPLICA_PATIENCE_US) {
        session_break(replica->common->session,
                      status_error(STATUS_UNAVAILABLE,
                                   "expected the log to answer partition %" PRIu32 " within 30 s",
                                   replica->number));
    }
    return replica->common->session->failure;
}

static void replica_show(struct replica *replica)
{
    struct shelf *shelf = replica->common->options->shelf;
    bool written = replica->dirty_us == 0 && !replica->storing;
    if (shelf != NULL && written && replica->partition->position.offset >= replica->end) {
        partition_show(replica->partition, shelf);
    }
}

static struct status replica_step_open(struct replica *replica, bool idle,
                                       const struct replica_time *time)
{
    TRY(replica_check_patience(replica, time));
    TRY(replica_end_job(replica, false));
    if (replica_write_due(replica, idle, time)) {
        TRY(replica_write(replica));
    }
    replica_show(replica);
    TRY(replica_flush_when_due(replica, time));
    if (replica_leads(replica) && replica_is_quiet(replica)) {
        replica_read_off(replica); /* acknowledgements say all, until somebody writes between */
    }
    if (replica_election_due(replica, time)) {
        replica_campaign(replica, time);
    }
    struct leadership_timing timing = replica_timing(replica);
    if (replica->tick == REPLICA_TICK_WANTED ||
        leadership_heartbeat_due(&replica->leadership, &timing, time->monotonic_us)) {
        replica_tick(replica, time);
    }
    return status_ok();
}

static struct status replica_step_in_state(struct replica *replica, bool idle,
                                           const struct replica_time *time)
{
    switch (replica_state(replica)) {
    case REPLICA_OPENING:
        if (replica->partition == NULL && time->monotonic_us >= replica->open_us) {
            replica_open(replica, time);
        }
        break;
    case REPLICA_FOLLOWER:
    case REPLICA_CANDIDATE:
    case REPLICA_LEADER:
        return replica_step_open(replica, idle, time);
    case REPLICA_STOPPED:
    case REPLICA_STATES:
        break;
    }
    return status_ok();
}

void replica_step(struct replica *replica, bool idle, const struct replica_time *time)
{
    if (replica->common->session->failure.code != STATUS_OK) {
        return; /* all is dropped at the end of the step; until then states need not agree */
    }
    replica_check(replica);
    struct status st = replica_step_in_state(replica, idle, time);
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}

bool replica_settled(const struct replica *replica)
{
    return replica->partition == NULL ||
           (replica_is_quiet(replica) && replica->dead_letters_pending == 0 &&
            replica->dirty_us == 0 && !replica->storing);
}

void replica_flush(struct replica *replica, const struct replica_time *time)
{
    struct status st = replica->partition == NULL ? status_ok() : replica_end_job(replica, true);
    if (st.code == STATUS_OK && replica->partition != NULL) {
        st = partition_flush(replica->partition);
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}
