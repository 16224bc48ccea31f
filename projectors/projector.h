/* The projector: follows partitions of the log and keeps a store of each. What is read is written
 * at once when nothing more is waiting, in large batches when much is. One thread; the stores serve
 * readers of other threads meanwhile (store_reader_open).
 *
 * Order: projector_open; projector_step whenever projector_descriptor is readable, and at least
 * every second; projector_close. */
#ifndef PROJECTORS_PROJECTOR_H
#define PROJECTORS_PROJECTOR_H

#include "core/model/partition.h"

/* What is written survives a crash after this long, at the latest. */
#define PROJECTOR_FLUSH_US INT64_C(10000000)

struct projector_options {
    struct evlog *log;          /* borrowed; closed after the projector */
    const char *stores;         /* folder of the stores, `pNN` each; NULL: in memory */
    const char *secondaries;    /* NULL: own the stores. Else read them beside their owner, and fold
                                   in memory what he has not flushed; a private folder */
    const uint32_t *partitions; /* which to follow; NULL: all */
    uint32_t partitions_count;
    uint32_t level_known;
    uint64_t cache_size; /* of all stores together, bytes; 0: the stores' default */
    size_t memory_max;   /* of decoded entities, bytes for each partition */
    struct shelf *shelf; /* where stores are shown to other threads, once they have all that the log
                            had; NULL: nowhere */
};

struct projector;

/* Opens all stores; gives the projector. UNAVAILABLE: the log or a disk refuses. A store that
 * cannot be used is a partition that stopped. */
MUST_USE struct status projector_open(const struct projector_options *options,
                                      struct projector **projector);
/* Writes nothing more; flushes. NULL is fine. */
void projector_close(struct projector *projector);

/* Takes what the log has, a bounded number of records; `idle` (may be NULL) says that nothing is
 * waiting: the stores then have all that the log had. A partition that stops (its log is damaged)
 * is left as it is and the others go on: look at its `stopped`. UNAVAILABLE: the log or a disk
 * refuses; call again later. */
MUST_USE struct status projector_step(struct projector *projector, int64_t monotonic_us,
                                      bool *idle);
/* Steps until nothing is waiting. */
MUST_USE struct status projector_catch_up(struct projector *projector);

/* Readable when there is something to take. */
int projector_descriptor(const struct projector *projector);
/* A partition by its number, borrowed until a step fails; NULL if it is not followed, or while its
 * disk refuses. */
struct partition *projector_partition(struct projector *projector, uint32_t number);
/* Where the log of a partition that is open ends, as far as is known: at what was taken, or behind
 * it. */
uint64_t projector_log_end(const struct projector *projector, uint32_t number);
/* Why a partition stopped for good; OK: it goes on. */
MUST_USE struct status projector_stopped(const struct projector *projector, uint32_t number);

#endif
