/* A thread that writes frozen batches into stores (core/model/partition.h) and flushes them, so
 * that the next decisions need not wait for that. Jobs are done in the order in which they come. */
#ifndef WRITERS_CLUSTER_FLUSHER_H
#define WRITERS_CLUSTER_FLUSHER_H

#include "core/model/partition.h"

struct flusher;

struct flusher_job {
    struct partition *partition;
    bool flush;           /* partition_flush; else partition_store */
    struct status status; /* of that, once it is done */
    bool done;            /* the flusher's: see flusher_done */
    struct flusher_job *next;
};

/* Gives it. UNAVAILABLE: no thread, or no descriptor. */
MUST_USE struct status flusher_open(struct flusher **flusher);
/* Nothing may be under way. NULL is fine. */
void flusher_close(struct flusher *flusher);

/* Borrows the job until it is done; until then nothing of its partition may be frozen, stored or
 * flushed by others. */
void flusher_put(struct flusher *flusher, struct flusher_job *job);
bool flusher_done(struct flusher *flusher, const struct flusher_job *job);
void flusher_wait(struct flusher *flusher, const struct flusher_job *job);
/* Readable when a job was done since flusher_clear. */
int flusher_descriptor(const struct flusher *flusher);
void flusher_clear(struct flusher *flusher);

#endif
