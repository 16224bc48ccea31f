/* A step: what was completed, what others wrote, what time brings, and then the commands, so that
 * no decision is made on less than is known.
 *
 * Commands are read only while every partition has room for as many as a reader gives: one that
 * must wait for the log holds up the others for no longer than the log takes to answer. */
#include "writers/stakes.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/memory.h"

enum {
    STAKES_RECORDS = 512,               /* of one read */
    STAKES_INBOXES_SIZE_MAX = 64 << 20, /* bytes of commands that wait, before more are read */
    STAKES_DECIDED_AT_ONCE = 512,       /* of one partition, before others have their turn */
    STAKES_OPEN_EVERY_US = 1000 * 1000,
    STAKES_FOLLOW_EVERY_US = 1000 * 1000,
    STAKES_WAIT_MS = 100,
    STAKES_PATH_SIZE_MAX = 4096,
};
static_assert((int)STAKES_RECORDS < (int)INBOX_MAX, "a read fits into an inbox");

static struct stake_time stakes_time(const struct stakes *stakes)
{
    return (struct stake_time){ clock_now_us(&stakes->options.clock),
                                clock_monotonic_us(&stakes->options.clock) };
}

/* ---- life ---- */

static void stakes_forget(struct stakes *stakes)
{
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_release(&stakes->items[i]);
    }
    mem_free(stakes->items);
    mem_free(stakes->by_number);
    stakes->items = NULL;
    stakes->by_number = NULL;
    stakes->count = 0;
}

void stakes_close(struct stakes *stakes)
{
    if (stakes == NULL) {
        return;
    }
    stakes_forget(stakes);
    wire_release(&stakes->wire);
    poison_close(stakes->poison);
    storer_close(stakes->storer);
    mem_free(stakes->wanted);
    mem_free(stakes);
}

static struct status stakes_prepare(struct stakes *stakes)
{
    const char *stores = stakes->options.stores;
    char path[STAKES_PATH_SIZE_MAX];
    if (stores == NULL) {
        return status_ok();
    }
    if (mkdir(stores, 0700) != 0 && errno != EEXIST) {
        return status_error(STATUS_UNAVAILABLE, "expected to make the folder '%s': %s", stores,
                            strerror(errno));
    }
    TRY(storer_open(&stakes->storer));
    snprintf(path, sizeof path, "%s/poison", stores);
    return poison_open(path, &stakes->poison);
}

struct status stakes_open(const struct cowriter_options *options, struct stakes **out)
{
    struct stakes *stakes = mem_zalloc(1, sizeof *stakes);
    stakes->options = *options;
    wire_init(&stakes->wire);
    stakes->wanted = mem_zalloc(options->partitions_count + 1, sizeof *stakes->wanted);
    for (uint32_t i = 0; i < options->partitions_count; i++) {
        stakes->wanted[i] = options->partitions[i];
    }
    struct status st = stakes_prepare(stakes);
    if (st.code != STATUS_OK) {
        stakes_close(stakes);
        return st;
    }
    stakes->common = (struct stake_common){ .options = &stakes->options,
                                            .wire = &stakes->wire,
                                            .poison = stakes->poison,
                                            .storer = stakes->storer };
    *out = stakes;
    return st;
}

/* ---- the log comes and goes ---- */

static struct status stakes_add(struct stakes *stakes, const struct cowriter_partition *which)
{
    if (which->number >= stakes->partitions_count || stakes->by_number[which->number] != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected different partitions below '%" PRIu32
                            "', but one is '%" PRIu32 "'",
                            stakes->partitions_count, which->number);
    }
    struct stake *stake = &stakes->items[stakes->count++];
    stakes->by_number[which->number] = stake;
    stake_init(stake, &stakes->common, which);
    return status_ok();
}

/* The partitions are known once the log says how many it has. */
static struct status stakes_choose(struct stakes *stakes)
{
    bool all = stakes->options.partitions == NULL;
    uint32_t count = all ? stakes->partitions_count : stakes->options.partitions_count;
    stakes->items = mem_zalloc(count + 1, sizeof *stakes->items);
    stakes->by_number = mem_zalloc(stakes->partitions_count, sizeof(void *));
    stakes->common.stakes_count = count;
    struct status st = status_ok();
    for (uint32_t i = 0; i < count && st.code == STATUS_OK; i++) {
        const struct cowriter_partition every = { .number = i };
        st = stakes_add(stakes, all ? &every : &stakes->wanted[i]);
    }
    if (st.code != STATUS_OK) {
        stakes_forget(stakes);
    }
    return st;
}

static struct status stakes_check_count(struct stakes *stakes)
{
    uint32_t partitions_count = stakes->wire.log->identity.partitions_count;
    if (stakes->items == NULL) {
        stakes->partitions_count = partitions_count;
        return stakes_choose(stakes);
    }
    return partitions_count == stakes->partitions_count
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected a log of '%" PRIu32
                              "' partitions as before, but it has '%" PRIu32 "'",
                              stakes->partitions_count, partitions_count);
}

static struct status stakes_connect(struct stakes *stakes)
{
    struct evlog *log;
    TRY(stakes->options.open_log(stakes->options.context, &log));
    TRY(wire_open(&stakes->wire, log));
    struct status st = stakes_check_count(stakes);
    if (st.code != STATUS_OK) {
        wire_close(&stakes->wire);
        return st;
    }
    struct stake_time time = stakes_time(stakes); /* opening takes its time */
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_connect(&stakes->items[i], &time);
    }
    return status_ok();
}

static void stakes_tell(struct stakes *stakes, struct status what)
{
    bool known = what.code == stakes->trouble.code && strcmp(what.msg, stakes->trouble.msg) == 0;
    stakes->trouble = what;
    if (!known && stakes->options.report != NULL) {
        stakes->options.report(stakes->options.context, COWRITER_ALL, what);
    }
}

static void stakes_break(struct stakes *stakes)
{
    struct status why = stakes->wire.failure;
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_disconnect(&stakes->items[i]);
    }
    wire_close(&stakes->wire);
    stakes->open_us = stakes_time(stakes).monotonic_us;
    stakes_tell(stakes, why);
}

static void stakes_open_log(struct stakes *stakes, const struct stake_time *time)
{
    if (time->monotonic_us < stakes->open_us) {
        return;
    }
    struct status st = stakes_connect(stakes);
    if (st.code != STATUS_OK) {
        stakes->open_us = stakes_time(stakes).monotonic_us + STAKES_OPEN_EVERY_US;
    }
    stakes_tell(stakes, st);
}

/* ---- a step ---- */

static bool stakes_poll(struct stakes *stakes, const struct stake_time *time)
{
    struct wire_done done[STAKES_RECORDS];
    size_t count;
    struct status st = wire_poll(&stakes->wire, done, STAKES_RECORDS, &count);
    for (size_t i = 0; st.code == STATUS_OK && i < count; i++) {
        stake_done(stakes->by_number[done[i].flight.partition], &done[i], time);
    }
    return count > 0;
}

/* A failure of one partition is told of in the first record; any other breaks the log. */
static void stakes_read_failed(struct stakes *stakes, struct status why,
                               const struct evlog_record *record,
                               void (*deal)(struct stake *stake, struct status why,
                                            const struct stake_time *time),
                               const struct stake_time *time)
{
    if (why.code == STATUS_OUT_OF_RANGE || why.code == STATUS_DATA_LOSS) {
        deal(stakes->by_number[record->partition], why, time);
    } else {
        wire_break(&stakes->wire, why);
    }
}

static bool stakes_read_decisions(struct stakes *stakes, const struct stake_time *time)
{
    struct evlog_record records[STAKES_RECORDS];
    size_t count = 0;
    struct status st = evlog_reader_read(stakes->wire.decisions, records, STAKES_RECORDS, &count);
    if (st.code != STATUS_OK) {
        stakes_read_failed(stakes, st, records, stake_unreadable, time);
    }
    for (size_t i = 0; i < count; i++) {
        stake_take(stakes->by_number[records[i].partition], &records[i], time);
    }
    return count > 0;
}

static bool stakes_want_commands(const struct stakes *stakes)
{
    bool serves = false;
    size_t size = 0;
    for (uint32_t i = 0; i < stakes->count; i++) {
        const struct stake *stake = &stakes->items[i];
        if (inbox_count(&stake->inbox) > (size_t)INBOX_MAX - STAKES_RECORDS) {
            return false;
        }
        size += stake->inbox.size;
        serves = serves || stake_serves(stake);
    }
    return serves && !stakes->closing && size < STAKES_INBOXES_SIZE_MAX;
}

static bool stakes_read_commands(struct stakes *stakes, const struct stake_time *time)
{
    struct evlog_record records[STAKES_RECORDS];
    size_t count = 0;
    struct status st = evlog_reader_read(stakes->wire.commands, records, STAKES_RECORDS, &count);
    if (st.code != STATUS_OK) {
        stakes_read_failed(stakes, st, records, stake_miss, time);
    }
    for (size_t i = 0; i < count; i++) {
        stake_ask(stakes->by_number[records[i].partition], &records[i]);
    }
    return count > 0;
}

static bool stakes_decide(struct stakes *stakes, const struct stake_time *time)
{
    uint32_t decided = 0;
    for (uint32_t i = 0; i < stakes->count; i++) {
        struct stake *stake = &stakes->items[(stakes->turn + i) % stakes->count];
        decided += stake_decide(stake, STAKES_DECIDED_AT_ONCE, time);
    }
    stakes->turn = stakes->count == 0 ? 0 : (stakes->turn + 1) % stakes->count;
    return decided > 0;
}

/* Calls the follower for those that have taken something; for all, if it waits for something or has
 * not been called for long. */
static void stakes_follow(struct stakes *stakes, const struct stake_time *time)
{
    const struct cowriter_follower *follower = &stakes->options.follower;
    if (follower->step == NULL) {
        return;
    }
    bool rung = evlog_wait(follower->descriptor(follower->self), 0);
    bool all = rung || time->monotonic_us - stakes->followed_us >= STAKES_FOLLOW_EVERY_US;
    stakes->followed_us = all ? time->monotonic_us : stakes->followed_us;
    for (uint32_t i = 0; i < stakes->count; i++) {
        struct stake *stake = &stakes->items[i];
        if (stake->partition != NULL && (all || stake->news)) {
            stake->news = false;
            follower->step(follower->self, stake->partition, stake_serves(stake));
        }
    }
}

bool stakes_step(struct stakes *stakes)
{
    struct stake_time time = stakes_time(stakes);
    if (stakes->wire.log == NULL) {
        stakes_open_log(stakes, &time);
        return stakes->wire.log != NULL;
    }
    if (stakes->storer != NULL) {
        storer_hear(stakes->storer);
    }
    bool moved = stakes_poll(stakes, &time);
    bool idle = !stakes_read_decisions(stakes, &time);
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_step(&stakes->items[i], idle, &time);
    }
    if (stakes_want_commands(stakes)) {
        moved = stakes_read_commands(stakes, &time) || moved;
    }
    moved = stakes_decide(stakes, &time) || moved;
    wire_flush(&stakes->wire);
    stakes_follow(stakes, &time);
    if (stakes->wire.failure.code != STATUS_OK) {
        stakes_break(stakes);
    }
    return moved || !idle;
}

void stakes_wait(const struct stakes *stakes, int descriptor)
{
    const struct cowriter_follower *follower = &stakes->options.follower;
    const struct wire *wire = &stakes->wire;
    bool open = wire->log != NULL;
    struct pollfd all[] = {
        { .fd = descriptor, .events = POLLIN },
        { .fd = open ? evlog_descriptor(wire->log) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(wire->decisions) : -1, .events = POLLIN },
        { .fd = open && stakes_want_commands(stakes) ? evlog_reader_descriptor(wire->commands) : -1,
          .events = POLLIN },
        { .fd = stakes->storer != NULL ? storer_descriptor(stakes->storer) : -1, .events = POLLIN },
        { .fd = follower->step != NULL ? follower->descriptor(follower->self) : -1,
          .events = POLLIN },
    };
    poll(all, sizeof all / sizeof all[0], STAKES_WAIT_MS);
}

/* ---- ending ---- */

void stakes_finish(struct stakes *stakes)
{
    stakes->closing = true;
    for (uint32_t i = 0; i < stakes->count; i++) {
        inbox_empty(&stakes->items[i].inbox);
    }
}

bool stakes_settled(const struct stakes *stakes)
{
    for (uint32_t i = 0; i < stakes->count; i++) {
        if (!stake_settled(&stakes->items[i])) {
            return false;
        }
    }
    return true;
}

void stakes_tick(struct stakes *stakes)
{
    struct stake_time time = stakes_time(stakes);
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_tick(&stakes->items[i], &time);
    }
}

void stakes_flush(struct stakes *stakes)
{
    struct stake_time time = stakes_time(stakes);
    for (uint32_t i = 0; i < stakes->count; i++) {
        stake_flush(&stakes->items[i], &time);
    }
}
