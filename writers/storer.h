/* A thread that writes frozen batches into stores (core/model/partition.h) and flushes them, so
 * that the next decisions need not wait for that. Jobs are done in the order in which they come. */
#ifndef WRITERS_STORER_H
#define WRITERS_STORER_H

#include "core/model/partition.h"

struct storer;

struct storer_job {
    struct partition *partition;
    bool flush;           /* partition_flush; else partition_store */
    struct status status; /* of that, once it is done */
    bool done;            /* the storer's: see storer_done */
    struct storer_job *next;
};

/* Gives it. UNAVAILABLE: no thread, or no descriptor. */
MUST_USE struct status storer_open(struct storer **storer);
/* Nothing may be under way. NULL is fine. */
void storer_close(struct storer *storer);

/* Borrows the job until it is done; until then nothing of its partition may be frozen, stored or
 * flushed by others. */
void storer_put(struct storer *storer, struct storer_job *job);
bool storer_done(struct storer *storer, const struct storer_job *job);
void storer_wait(struct storer *storer, const struct storer_job *job);
/* Readable when a job was done since storer_hear. */
int storer_descriptor(const struct storer *storer);
void storer_hear(struct storer *storer);

#endif
