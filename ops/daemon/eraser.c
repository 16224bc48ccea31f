/* It looks a few times a second, and only into stores that have more than when it looked before. */
#include "ops/daemon/eraser.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "core/base/memory.h"
#include "ops/erasing.h"

enum { ERASER_EVERY_MS = 200 };

/* What it knows of a partition. */
struct eraser_place {
    uint64_t version; /* of the shelf, when it looked last; 0: never */
    uint64_t from;    /* the sequence from which on it has not */
    bool failed;
};

struct eraser {
    struct eraser_options options;
    struct eraser_place *places; /* by partition */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool ending; /* under the lock */
};

static void eraser_say(const struct eraser *eraser, uint32_t partition, struct eraser_place *place,
                       struct status st)
{
    bool failed = st.code != STATUS_OK;
    if (failed == place->failed) {
        return;
    }
    struct diag_line line = diag_begin(eraser->options.diag, failed ? DIAG_WARN : DIAG_INFO,
                                       failed ? "not-erased" : "erased-again");
    diag_u64(&line, "partition", partition);
    diag_status(&line, &st);
    diag_end(&line);
    place->failed = failed;
}

/* A partition that is not shown has nothing to look at yet. */
static void eraser_look(const struct eraser *eraser, uint32_t partition)
{
    struct eraser_place *place = &eraser->places[partition];
    uint64_t version = shelf_version(eraser->options.shelf, partition);
    struct store_reader *reader;
    if (version == place->version ||
        shelf_open(eraser->options.shelf, partition, &reader).code != STATUS_OK) {
        return;
    }
    struct status st = erasing_of(reader, eraser->options.keyring, &place->from);
    shelf_close(eraser->options.shelf, partition, reader);
    eraser_say(eraser, partition, place, st);
    if (st.code == STATUS_OK) {
        place->version = version;
    }
}

/* Whether to go on. */
static bool eraser_rest(struct eraser *eraser)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ERASER_EVERY_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&eraser->lock);
    int waited = 0;
    while (!eraser->ending && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&eraser->woken, &eraser->lock, &until);
    }
    bool ending = eraser->ending;
    pthread_mutex_unlock(&eraser->lock);
    return !ending;
}

static void *eraser_run(void *argument)
{
    struct eraser *eraser = argument;
    do {
        for (uint32_t i = 0; i < eraser->options.partitions_count; i++) {
            eraser_look(eraser, i);
        }
    } while (eraser_rest(eraser));
    return NULL;
}

static void eraser_free(struct eraser *eraser)
{
    pthread_cond_destroy(&eraser->woken);
    pthread_mutex_destroy(&eraser->lock);
    mem_free(eraser->places);
    mem_free(eraser);
}

struct status eraser_open(const struct eraser_options *options, struct eraser **out)
{
    pthread_condattr_t monotonic;
    *out = NULL;
    if (options->keyring->ops == NULL) {
        return status_ok();
    }
    struct eraser *eraser = mem_zalloc(1, sizeof *eraser);
    eraser->options = *options;
    eraser->places = mem_zalloc(options->partitions_count, sizeof *eraser->places);
    pthread_mutex_init(&eraser->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&eraser->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&eraser->thread, NULL, eraser_run, eraser) != 0) {
        eraser_free(eraser);
        return status_error(STATUS_UNAVAILABLE, "expected a thread for erasing");
    }
    *out = eraser;
    return status_ok();
}

void eraser_close(struct eraser *eraser)
{
    if (eraser == NULL) {
        return;
    }
    pthread_mutex_lock(&eraser->lock);
    eraser->ending = true;
    pthread_cond_signal(&eraser->woken);
    pthread_mutex_unlock(&eraser->lock);
    pthread_join(eraser->thread, NULL);
    eraser_free(eraser);
}
