/* The thread around the steps, and what others see of it: the statuses are copied out under a lock
 * now and then, so that nobody waits for a step. */
#include "writers/cowriter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/num.h"
#include "writers/stakes.h"

enum {
    COWRITER_SHOW_EVERY_US = 50 * 1000,
    COWRITER_FINISH_US = 5 * 1000 * 1000, /* for what is under way at a clean stop */
};

struct cowriter {
    struct stakes *stakes; /* the thread's */
    struct clock clock;
    pthread_t thread;
    int bell; /* rung to end */
    atomic_bool stop;
    int64_t shown_us;
    pthread_mutex_t lock; /* of what follows */
    struct cowriter_status *statuses;
    uint32_t statuses_count;
};

/* ---- what others see ---- */

static void cowriter_show(struct cowriter *writer)
{
    struct stakes *stakes = writer->stakes;
    pthread_mutex_lock(&writer->lock);
    if (writer->statuses_count != stakes->count) {
        mem_free(writer->statuses);
        writer->statuses = mem_zalloc(stakes->count, sizeof *writer->statuses);
        writer->statuses_count = stakes->count;
    }
    for (uint32_t i = 0, at = 0; i < stakes->partitions_count && at < stakes->count; i++) {
        if (stakes->by_number[i] != NULL) {
            stake_status(stakes->by_number[i], &writer->statuses[at++]);
        }
    }
    pthread_mutex_unlock(&writer->lock);
}

static void cowriter_show_sometimes(struct cowriter *writer)
{
    int64_t now_us = clock_monotonic_us(&writer->clock);
    if (writer->stakes->items != NULL && now_us - writer->shown_us >= COWRITER_SHOW_EVERY_US) {
        writer->shown_us = now_us;
        cowriter_show(writer);
    }
}

uint32_t cowriter_statuses(struct cowriter *writer, struct cowriter_status *out, uint32_t max)
{
    pthread_mutex_lock(&writer->lock);
    uint32_t count = writer->statuses_count < max ? writer->statuses_count : max;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = writer->statuses[i];
    }
    pthread_mutex_unlock(&writer->lock);
    return count;
}

bool cowriter_all_stopped(struct cowriter *writer)
{
    pthread_mutex_lock(&writer->lock);
    bool all = writer->statuses_count > 0;
    for (uint32_t i = 0; i < writer->statuses_count; i++) {
        all = all && writer->statuses[i].state == COWRITER_STOPPED;
    }
    pthread_mutex_unlock(&writer->lock);
    return all;
}

void cowriter_status_place(struct cowriter_status *status, const struct position *position)
{
    status->epoch = position->chain.epoch;
    status->owner = position->chain.owner;
    status->sequence = position->chain.sequence;
    status->offset = position->offset;
    status->next_command_offset = position->chain.next_command_offset;
    status->time_us = position->time_us;
    if (position->roots_count > 0) {
        const struct position_root *last = &position->roots[position->roots_count - 1];
        status->root_sequence = last->sequence;
        status->root = last->root;
    }
}

const char *cowriter_state_name(enum cowriter_state state)
{
    static const char *const names[COWRITER_STATES] = { "opening", "standby", "taking", "serving",
                                                        "stopped" };
    return names[state];
}

uint64_t cowriter_process(struct evlog_id owner)
{
    return num_get_u64be(owner.bytes);
}

/* ---- the thread ---- */

/* Steps until nothing is under way, but not for ever. */
static void cowriter_settle(struct cowriter *writer, int64_t until_us)
{
    struct stakes *stakes = writer->stakes;
    while (stakes->wire.log != NULL && !stakes_settled(stakes) &&
           clock_monotonic_us(&writer->clock) < until_us) {
        if (!stakes_step(stakes)) {
            stakes_wait(stakes, -1);
        }
    }
}

/* The TICK at the end tells readers until when this log is known. */
static void cowriter_finish(struct cowriter *writer)
{
    int64_t until_us = clock_monotonic_us(&writer->clock) + COWRITER_FINISH_US;
    stakes_finish(writer->stakes);
    cowriter_settle(writer, until_us);
    if (writer->stakes->wire.log != NULL) {
        stakes_tick(writer->stakes);
        cowriter_settle(writer, until_us);
    }
    stakes_flush(writer->stakes);
}

static void *cowriter_run(void *self)
{
    struct cowriter *writer = self;
    pthread_setname_np(pthread_self(), "cowriter");
    while (!atomic_load(&writer->stop)) {
        bool moved = stakes_step(writer->stakes);
        cowriter_show_sometimes(writer);
        if (!moved) {
            stakes_wait(writer->stakes, writer->bell);
        }
    }
    cowriter_finish(writer);
    return NULL;
}

/* ---- life ---- */

static void cowriter_free(struct cowriter *writer)
{
    stakes_close(writer->stakes);
    if (writer->bell >= 0) {
        close(writer->bell);
    }
    pthread_mutex_destroy(&writer->lock);
    mem_free(writer->statuses);
    mem_free(writer);
}

static struct status cowriter_start(struct cowriter *writer, const struct cowriter_options *options)
{
    TRY(stakes_open(options, &writer->stakes));
    writer->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (writer->bell < 0 || pthread_create(&writer->thread, NULL, cowriter_run, writer) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    return status_ok();
}

struct status cowriter_open(const struct cowriter_options *options, struct cowriter **out)
{
    struct cowriter *writer = mem_zalloc(1, sizeof *writer);
    writer->clock = options->clock;
    writer->bell = -1;
    pthread_mutex_init(&writer->lock, NULL);
    struct status st = cowriter_start(writer, options);
    if (st.code != STATUS_OK) {
        cowriter_free(writer);
        return st;
    }
    *out = writer;
    return st;
}

void cowriter_close(struct cowriter *writer)
{
    if (writer == NULL) {
        return;
    }
    atomic_store(&writer->stop, true);
    eventfd_write(writer->bell, 1);
    pthread_join(writer->thread, NULL);
    cowriter_free(writer);
}
