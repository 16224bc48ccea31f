/* All partitions of one process on a log that others may write, too, and how it goes on: a step at
 * a time, by whoever has the thread. The log is opened by a step, and again after it broke. */
#ifndef WRITERS_STAKES_H
#define WRITERS_STAKES_H

#include "writers/stake.h"

struct stakes {
    struct cowriter_options options;
    struct stake_common common;
    struct wire wire;
    struct poison *poison;
    struct storer *storer;
    struct cowriter_partition *wanted; /* the options' list */
    struct stake *items;               /* NULL until the log was opened once */
    struct stake **by_number;          /* NULL where it is not ours */
    uint32_t count;
    uint32_t partitions_count; /* of the log */
    struct status trouble;     /* of the log, as it was told last */
    uint32_t turn;             /* which decides first */
    int64_t open_us;           /* monotonic: when the log is to be opened */
    int64_t followed_us;       /* when the follower was called for all */
    bool closing;              /* no more commands */
};

/* Makes the folder of the stores. Borrows the options but for the list of partitions. UNAVAILABLE.
 */
MUST_USE struct status stakes_open(const struct cowriter_options *options, struct stakes **stakes);
/* Forgets what is under way; flushes what is written. NULL is fine. */
void stakes_close(struct stakes *stakes);

/* Does what there is to do; false when there was nothing, so that it is time to wait. */
bool stakes_step(struct stakes *stakes);
/* Waits until a step may have something to do, or for 100 ms at most; also for a descriptor. */
void stakes_wait(const struct stakes *stakes, int descriptor);

/* Takes no more commands. */
void stakes_finish(struct stakes *stakes);
/* Nothing is under way, and all is written. */
bool stakes_settled(const struct stakes *stakes);
/* Appends a TICK to all that are served; they have to settle again. */
void stakes_tick(struct stakes *stakes);
/* Makes what is written survive a crash. */
void stakes_flush(struct stakes *stakes);

#endif
