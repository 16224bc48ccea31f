/* Threads that answer, each with a queue and stores of its own: the server's thread must not wait.
 */
#ifndef QUERY_SERVICE_WORKERS_H
#define QUERY_SERVICE_WORKERS_H

#include "core/base/arena.h"
#include "query/service/shown_stores.h"

/* Jobs that wait for one thread: at some 20 us each they wait for a tenth of a second at most. */
enum { WORKERS_MAX = 64, WORKER_QUEUE_MAX = 4096 };

/* What a job may use while it runs. */
struct worker {
    struct arena arena; /* emptied after each job */
    struct shown_stores stores;
};

/* A job as the first member of what it is about. */
struct worker_job {
    void (*work)(struct worker *worker, struct worker_job *job); /* on the worker's thread */
};

struct workers;
struct workers_options {
    uint32_t count;    /* of threads; at most WORKERS_MAX */
    size_t memory_max; /* of a job */
    struct shelf *shelf;
    uint32_t partitions_count;
};

/* Gives them. UNAVAILABLE: no more threads. */
MUST_USE struct status workers_open(const struct workers_options *options,
                                    struct workers **workers);
/* Does what is queued, and ends. NULL is fine. */
void workers_close(struct workers *workers);
/* Hands a job to the thread that has least to do; of equals to one that `hint` says, which then has
 * at hand what the last job with that hint needed. False: all have too much. One thread. */
bool workers_push(struct workers *workers, uint32_t hint, struct worker_job *job);

#endif
