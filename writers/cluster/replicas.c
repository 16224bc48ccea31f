/* A step: what was completed, what others wrote, what time brings, and then the commands, so that
 * no decision is made on less than is known.
 *
 * Commands are read only while every partition has room for as many as a reader gives: one that
 * must wait for the log holds up the others for no longer than the log takes to answer. */
#include "writers/cluster/replicas.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/memory.h"

enum {
    REPLICAS_RECORDS = 512,              /* of one read */
    REPLICAS_QUEUES_SIZE_MAX = 64 << 20, /* bytes of commands that wait, before more are read */
    REPLICAS_DECIDED_AT_ONCE = 512,      /* of one partition, before others have their turn */
    REPLICAS_ELAPSE_ALONE_US = 2 * 1000, /* of what is due, before somebody looks for commands */
    REPLICAS_OPEN_EVERY_US = 1000 * 1000,
    REPLICAS_OBSERVE_EVERY_US = 1000 * 1000,
    REPLICAS_WAIT_MS = 100,
    REPLICAS_PATH_SIZE_MAX = 4096,
};
static_assert((int)REPLICAS_RECORDS < (int)COMMAND_QUEUE_MAX, "a read fits into an queue");

static struct replica_time replicas_time(struct replicas *replicas)
{
    return (struct replica_time){ decider_clock_now_us(&replicas->clock),
                                  clock_monotonic_us(&replicas->options.clock) };
}

/* ---- life ---- */

static void replicas_forget(struct replicas *replicas)
{
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_release(&replicas->items[i]);
    }
    mem_free(replicas->items);
    mem_free(replicas->by_number);
    replicas->items = NULL;
    replicas->by_number = NULL;
    replicas->count = 0;
}

void replicas_close(struct replicas *replicas)
{
    if (replicas == NULL) {
        return;
    }
    replicas_forget(replicas);
    session_release(&replicas->session);
    poison_close(replicas->poison);
    rejections_close(replicas->rejections);
    flusher_close(replicas->flusher);
    mem_free(replicas->wanted);
    mem_free(replicas);
}

static struct status replicas_prepare(struct replicas *replicas)
{
    const char *stores = replicas->options.stores;
    char path[REPLICAS_PATH_SIZE_MAX];
    if (stores == NULL) {
        return status_ok();
    }
    if (mkdir(stores, 0700) != 0 && errno != EEXIST) {
        return status_error(STATUS_UNAVAILABLE, "expected to make the folder '%s': %s", stores,
                            strerror(errno));
    }
    TRY(flusher_open(&replicas->flusher));
    snprintf(path, sizeof path, "%s/poison", stores);
    TRY(poison_open(path, &replicas->poison));
    snprintf(path, sizeof path, "%s/rejections", stores);
    return rejections_open(path, &replicas->rejections);
}

struct status replicas_open(const struct server_options *options, struct replicas **out)
{
    struct replicas *replicas = mem_zalloc(1, sizeof *replicas);
    replicas->options = *options;
    decider_clock_init(&replicas->clock, &options->clock, options->accept_clock);
    session_init(&replicas->session);
    replicas->wanted = mem_zalloc(options->partitions_count + 1, sizeof *replicas->wanted);
    for (uint32_t i = 0; i < options->partitions_count; i++) {
        replicas->wanted[i] = options->partitions[i];
    }
    struct status st = replicas_prepare(replicas);
    if (st.code != STATUS_OK) {
        replicas_close(replicas);
        return st;
    }
    replicas->common = (struct replica_common){ .options = &replicas->options,
                                                .session = &replicas->session,
                                                .poison = replicas->poison,
                                                .rejections = replicas->rejections,
                                                .flusher = replicas->flusher };
    *out = replicas;
    return st;
}

/* ---- the log comes and goes ---- */

static struct status replicas_add(struct replicas *replicas, const struct server_partition *which)
{
    if (which->number >= replicas->partitions_count || replicas->by_number[which->number] != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected different partitions below '%" PRIu32
                            "', but one is '%" PRIu32 "'",
                            replicas->partitions_count, which->number);
    }
    struct replica *replica = &replicas->items[replicas->count++];
    replicas->by_number[which->number] = replica;
    replica_init(replica, &replicas->common, which);
    return status_ok();
}

/* The partitions are known once the log says how many it has. */
static struct status replicas_choose(struct replicas *replicas)
{
    bool all = replicas->options.partitions == NULL;
    uint32_t count = all ? replicas->partitions_count : replicas->options.partitions_count;
    replicas->items = mem_zalloc(count + 1, sizeof *replicas->items);
    replicas->by_number = mem_zalloc(replicas->partitions_count, sizeof(void *));
    replicas->common.replicas_count = count;
    struct status st = status_ok();
    for (uint32_t i = 0; i < count && st.code == STATUS_OK; i++) {
        const struct server_partition every = { .number = i };
        st = replicas_add(replicas, all ? &every : &replicas->wanted[i]);
    }
    if (st.code != STATUS_OK) {
        replicas_forget(replicas);
    }
    return st;
}

static struct status replicas_check_count(struct replicas *replicas)
{
    uint32_t partitions_count = replicas->session.log->identity.partitions_count;
    if (replicas->items == NULL) {
        replicas->partitions_count = partitions_count;
        return replicas_choose(replicas);
    }
    return partitions_count == replicas->partitions_count
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected a log of '%" PRIu32
                              "' partitions as before, but it has '%" PRIu32 "'",
                              replicas->partitions_count, partitions_count);
}

static struct status replicas_connect(struct replicas *replicas)
{
    struct evlog *log;
    TRY(evlog_opener_open(&replicas->options.opener, false, &log));
    TRY(session_open(&replicas->session, log));
    struct status st = replicas_check_count(replicas);
    if (st.code != STATUS_OK) {
        session_close(&replicas->session);
        return st;
    }
    struct replica_time time = replicas_time(replicas); /* opening takes its time */
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_connect(&replicas->items[i], &time);
    }
    return status_ok();
}

static void replicas_tell(struct replicas *replicas, struct status what)
{
    bool known =
        what.code == replicas->trouble.code && strcmp(what.msg, replicas->trouble.msg) == 0;
    replicas->trouble = what;
    if (!known) {
        evlog_reporter_tell(&replicas->options.reporter, EVLOG_ALL, what);
    }
}

static void replicas_break(struct replicas *replicas)
{
    struct status why = replicas->session.failure;
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_disconnect(&replicas->items[i]);
    }
    session_close(&replicas->session);
    replicas->open_us = replicas_time(replicas).monotonic_us;
    replicas_tell(replicas, why);
}

static void replicas_open_log(struct replicas *replicas, const struct replica_time *time)
{
    if (time->monotonic_us < replicas->open_us) {
        return;
    }
    struct status st = replicas_connect(replicas);
    if (st.code != STATUS_OK) {
        replicas->open_us = replicas_time(replicas).monotonic_us + REPLICAS_OPEN_EVERY_US;
    }
    replicas_tell(replicas, st);
}

/* ---- a step ---- */

static bool replicas_poll(struct replicas *replicas, const struct replica_time *time)
{
    struct session_done done[REPLICAS_RECORDS];
    size_t count;
    struct status st = session_poll(&replicas->session, done, REPLICAS_RECORDS, &count);
    for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
        replica_done(replicas->by_number[done[i].append.partition], &done[i], time);
    }
    return count > 0;
}

/* A failure of one partition is told of in the first record; any other breaks the log. */
static void replicas_read_failed(struct replicas *replicas, struct status why,
                                 const struct evlog_record *record,
                                 void (*deal)(struct replica *replica, struct status why,
                                              const struct replica_time *time),
                                 const struct replica_time *time)
{
    if (why.code == STATUS_OUT_OF_RANGE || why.code == STATUS_DATA_LOSS) {
        deal(replicas->by_number[record->partition], why, time);
    } else {
        session_break(&replicas->session, why);
    }
}

/* What time it is after records were read, whose times the log's clock gave. */
static struct replica_time replicas_hear(struct replicas *replicas,
                                         const struct evlog_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        decider_clock_hear(&replicas->clock, records[i].time_us);
    }
    return replicas_time(replicas);
}

static bool replicas_read_decisions(struct replicas *replicas)
{
    struct evlog_record records[REPLICAS_RECORDS];
    size_t count = 0;
    struct status st =
        evlog_reader_read(replicas->session.decisions, records, REPLICAS_RECORDS, &count);
    const struct replica_time time = replicas_hear(replicas, records, count);
    if (st.code != STATUS_OK) {
        replicas_read_failed(replicas, st, records, replica_miss_decisions, &time);
    }
    for (size_t i = 0; i < count; i++) {
        replica_take(replicas->by_number[records[i].partition], &records[i], &time);
    }
    return count > 0;
}

static bool replicas_want_commands(const struct replicas *replicas)
{
    bool serves = false;
    size_t size = 0;
    for (uint32_t i = 0; i < replicas->count; i++) {
        const struct replica *replica = &replicas->items[i];
        if (command_queue_count(&replica->commands) >
            (size_t)COMMAND_QUEUE_MAX - REPLICAS_RECORDS) {
            return false;
        }
        size += replica->commands.size;
        serves = serves || replica_leads(replica);
    }
    return serves && !replicas->closing && size < REPLICAS_QUEUES_SIZE_MAX;
}

static bool replicas_read_commands(struct replicas *replicas)
{
    struct evlog_record records[REPLICAS_RECORDS];
    size_t count = 0;
    struct status st =
        evlog_reader_read(replicas->session.commands, records, REPLICAS_RECORDS, &count);
    const struct replica_time time = replicas_hear(replicas, records, count);
    if (st.code != STATUS_OK) {
        replicas_read_failed(replicas, st, records, replica_miss_commands, &time);
    }
    for (size_t i = 0; i < count; i++) {
        replica_queue(replicas->by_number[records[i].partition], &records[i]);
    }
    return count > 0;
}

static uint32_t replicas_decide_commands(struct replicas *replicas, const struct replica_time *time)
{
    uint32_t decided = 0;
    for (uint32_t i = 0; i < replicas->count; i++) {
        struct replica *replica = &replicas->items[(replicas->turn + i) % replicas->count];
        decided += replica_decide(replica, REPLICAS_DECIDED_AT_ONCE, time);
    }
    replicas->turn = replicas->count == 0 ? 0 : (replicas->turn + 1) % replicas->count;
    return decided;
}

/* Turns over the partitions and their orgs, for so long; one at least. */
static uint32_t replicas_elapse(struct replicas *replicas, int64_t budget_us,
                                const struct replica_time *time)
{
    const struct clock *clock = &replicas->options.clock;
    const int64_t until_us = clock_monotonic_us(clock) + budget_us;
    uint32_t turns = 0, idle = 0;
    while (idle < replicas->count && (turns == 0 || clock_monotonic_us(clock) < until_us)) {
        bool due = replica_elapse(&replicas->items[replicas->elapse_turn % replicas->count], time);
        replicas->elapse_turn++;
        turns += due;
        idle = due ? 0 : idle + 1;
    }
    return turns;
}

/* While commands wait, what is due gets as much time as they. */
static bool replicas_decide(struct replicas *replicas, const struct replica_time *time)
{
    const int64_t began_us = clock_monotonic_us(&replicas->options.clock);
    uint32_t decided = replicas_decide_commands(replicas, time);
    const int64_t took_us = clock_monotonic_us(&replicas->options.clock) - began_us;
    return replicas_elapse(replicas, decided > 0 ? took_us : REPLICAS_ELAPSE_ALONE_US, time) +
               decided >
           0;
}

/* Calls the observer for those that have taken something; for all, if it waits for something or has
 * not been called for long. */
static void replicas_observe(struct replicas *replicas, const struct replica_time *time)
{
    const struct server_observer *observer = &replicas->options.observer;
    if (observer->step == NULL) {
        return;
    }
    bool rung = evlog_wait(observer->descriptor(observer->self), 0);
    bool all = rung || time->monotonic_us - replicas->observed_us >= REPLICAS_OBSERVE_EVERY_US;
    replicas->observed_us = all ? time->monotonic_us : replicas->observed_us;
    for (uint32_t i = 0; i < replicas->count; i++) {
        struct replica *replica = &replicas->items[i];
        if (replica->partition != NULL && (all || replica->news)) {
            replica->news = false;
            observer->step(observer->self, replica->partition, replica_leads(replica));
        }
    }
}

static void replicas_show(struct replicas *replicas, const struct replica_time *time)
{
    const struct writer_watch *watch = replicas->options.watch;
    if (watch == NULL || time->monotonic_us - replicas->shown_us < WRITER_WATCH_EVERY_US) {
        return;
    }
    size_t waiting = 0;
    replicas->shown_us = time->monotonic_us;
    for (uint32_t i = 0; i < replicas->count; i++) {
        const struct replica *replica = &replicas->items[i];
        waiting += command_queue_count(&replica->commands);
        if (replica->partition != NULL) {
            watch->partition(watch->self, replica->partition);
        }
    }
    watch->queue(watch->self, (uint32_t)waiting);
    watch->ahead(watch->self, decider_clock_ahead_us(&replicas->clock));
}

bool replicas_step(struct replicas *replicas)
{
    struct replica_time time = replicas_time(replicas);
    if (replicas->session.log == NULL) {
        replicas_open_log(replicas, &time);
        return replicas->session.log != NULL;
    }
    if (replicas->flusher != NULL) {
        flusher_clear(replicas->flusher);
    }
    bool moved = replicas_poll(replicas, &time);
    bool idle = !replicas_read_decisions(replicas);
    time = replicas_time(replicas); /* what was read may have mended it */
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_step(&replicas->items[i], idle, &time);
    }
    if (replicas_want_commands(replicas)) {
        moved = replicas_read_commands(replicas) || moved;
    }
    time = replicas_time(replicas);
    moved = replicas_decide(replicas, &time) || moved;
    session_flush(&replicas->session);
    replicas_observe(replicas, &time);
    replicas_show(replicas, &time);
    if (replicas->session.failure.code != STATUS_OK) {
        replicas_break(replicas);
    }
    return moved || !idle;
}

/* Milliseconds until something can be due here, if that is soon. */
static int replicas_wait_ms(struct replicas *replicas)
{
    const int64_t now_us = decider_clock_now_us(&replicas->clock);
    int64_t left_us = REPLICAS_WAIT_MS * INT64_C(1000);
    for (uint32_t i = 0; i < replicas->count; i++) {
        const struct replica *replica = &replicas->items[i];
        if (replica_leads(replica)) {
            left_us = timers_left_us(&replica->timers, now_us, left_us);
        }
    }
    return left_us == 0 ? 1 /* it waits for the log */ : (int)((left_us + 999) / 1000);
}

void replicas_wait(struct replicas *replicas, int descriptor)
{
    const struct server_observer *observer = &replicas->options.observer;
    const struct session *session = &replicas->session;
    bool open = session->log != NULL;
    struct pollfd all[] = {
        { .fd = descriptor, .events = POLLIN },
        { .fd = open ? evlog_descriptor(session->log) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(session->decisions) : -1, .events = POLLIN },
        { .fd = open && replicas_want_commands(replicas)
                    ? evlog_reader_descriptor(session->commands)
                    : -1,
          .events = POLLIN },
        { .fd = replicas->flusher != NULL ? flusher_descriptor(replicas->flusher) : -1,
          .events = POLLIN },
        { .fd = observer->step != NULL ? observer->descriptor(observer->self) : -1,
          .events = POLLIN },
    };
    poll(all, sizeof all / sizeof all[0], replicas_wait_ms(replicas));
}

/* ---- ending ---- */

void replicas_finish(struct replicas *replicas)
{
    replicas->closing = true;
    for (uint32_t i = 0; i < replicas->count; i++) {
        command_queue_empty(&replicas->items[i].commands);
    }
}

bool replicas_settled(const struct replicas *replicas)
{
    for (uint32_t i = 0; i < replicas->count; i++) {
        if (!replica_settled(&replicas->items[i])) {
            return false;
        }
    }
    return true;
}

void replicas_tick(struct replicas *replicas)
{
    struct replica_time time = replicas_time(replicas);
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_tick(&replicas->items[i], &time);
    }
}

void replicas_flush(struct replicas *replicas)
{
    struct replica_time time = replicas_time(replicas);
    for (uint32_t i = 0; i < replicas->count; i++) {
        replica_flush(&replicas->items[i], &time);
    }
}
