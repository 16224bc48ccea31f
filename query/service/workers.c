#include "query/service/workers.h"

#include <pthread.h>
#include <stdatomic.h>

#include "core/base/memory.h"
#include "core/base/queue.h"

struct workers_thread {
    const struct workers_options *options;
    struct queue *jobs;
    _Atomic uint32_t busy; /* jobs that wait or run */
    pthread_t thread;
    bool runs;
};

struct workers {
    struct workers_options options;
    struct workers_thread threads[WORKERS_MAX];
};

/* An owner of stores waits at most for the job that runs. */
static bool workers_next(struct workers_thread *thread, struct worker *worker,
                         struct worker_job **job)
{
    if (queue_pop(thread->jobs, job, 1) == 1) {
        return true;
    }
    shown_stores_rest(&worker->stores);
    mem_wipe_stack();
    return queue_pop_wait(thread->jobs, job, 1, -1) == 1;
}

static void *workers_run(void *self)
{
    struct workers_thread *thread = self;
    const struct workers_options *options = thread->options;
    struct worker worker;
    struct worker_job *job;
    arena_init(&worker.arena, options->memory_max);
    shown_stores_init(&worker.stores, options->shelf, options->partitions_count);
    while (workers_next(thread, &worker, &job)) {
        job->work(&worker, job);
        arena_reset(&worker.arena); /* what was in it may have been personal */
        atomic_fetch_sub(&thread->busy, 1);
    }
    shown_stores_release(&worker.stores);
    arena_release(&worker.arena);
    return NULL;
}

struct status workers_open(const struct workers_options *options, struct workers **out)
{
    struct workers *workers = mem_zalloc(1, sizeof *workers);
    assert(options->count > 0 && options->count <= WORKERS_MAX);
    workers->options = *options;
    for (uint32_t i = 0; i < options->count; i++) {
        struct workers_thread *thread = &workers->threads[i];
        thread->options = &workers->options;
        thread->jobs = queue_open(WORKER_QUEUE_MAX, sizeof(struct worker_job *));
        thread->runs = pthread_create(&thread->thread, NULL, workers_run, thread) == 0;
        if (!thread->runs) {
            workers_close(workers);
            return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
        }
    }
    *out = workers;
    return status_ok();
}

void workers_close(struct workers *workers)
{
    if (workers == NULL) {
        return;
    }
    for (uint32_t i = 0; i < workers->options.count; i++) {
        struct workers_thread *thread = &workers->threads[i];
        if (thread->runs) {
            queue_stop(thread->jobs);
            pthread_join(thread->thread, NULL);
        }
        queue_close(thread->jobs);
    }
    mem_free(workers);
}

bool workers_push(struct workers *workers, uint32_t hint, struct worker_job *job)
{
    uint32_t count = workers->options.count;
    struct workers_thread *best = &workers->threads[hint % count];
    for (uint32_t i = 1; i < count; i++) {
        struct workers_thread *other = &workers->threads[(hint + i) % count];
        if (atomic_load(&other->busy) < atomic_load(&best->busy)) {
            best = other;
        }
    }
    atomic_fetch_add(&best->busy, 1);
    bool taken = queue_push(best->jobs, &job);
    if (!taken) {
        atomic_fetch_sub(&best->busy, 1);
    }
    return taken;
}
