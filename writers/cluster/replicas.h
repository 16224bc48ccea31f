/* All partitions of one process on a log that others may write, too, and how it goes on: a step at
 * a time, by whoever has the thread. The log is opened by a step, and again after it broke. */
#ifndef WRITERS_CLUSTER_REPLICAS_H
#define WRITERS_CLUSTER_REPLICAS_H

#include "writers/cluster/replica.h"
#include "writers/decider_clock.h"

struct replicas {
    struct server_options options;
    struct decider_clock clock;
    struct replica_common common;
    struct session session;
    struct poison *poison;
    int64_t *rejections;
    struct flusher *flusher;
    struct server_partition *wanted; /* the options' list */
    struct replica *items;           /* NULL until the log was opened once */
    struct replica **by_number;      /* NULL where it is not ours */
    uint32_t count;
    uint32_t partitions_count; /* of the log */
    struct status trouble;     /* of the log, as it was told last */
    uint32_t turn;             /* which decides first */
    uint32_t elapse_turn;      /* whose dues come next */
    int64_t open_us;           /* monotonic: when the log is to be opened */
    int64_t observed_us;       /* when the observer was called for all */
    int64_t shown_us;          /* when who watches last saw the partitions */
    bool closing;              /* no more commands */
};

/* Makes the folder of the stores. Borrows the options but for the list of partitions. UNAVAILABLE.
 */
MUST_USE struct status replicas_open(const struct server_options *options,
                                     struct replicas **replicas);
/* Forgets what is under way; flushes what is written. NULL is fine. */
void replicas_close(struct replicas *replicas);

/* Does what there is to do; false when there was nothing, so that it is time to wait. */
bool replicas_step(struct replicas *replicas);
/* Waits until a step may have something to do, or for 100 ms at most; also for a descriptor. */
void replicas_wait(struct replicas *replicas, int descriptor);

/* Takes no more commands. */
void replicas_finish(struct replicas *replicas);
/* Nothing is under way, and all is written. */
bool replicas_settled(const struct replicas *replicas);
/* Appends a TICK to all that are served; they have to settle again. */
void replicas_tick(struct replicas *replicas);
/* Makes what is written survive a crash. */
void replicas_flush(struct replicas *replicas);

#endif
