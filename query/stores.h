/* Where questions find the stores of partitions: a port. agencyctl opens them in a data folder; a
 * server's workers read what its owners show. One thread. */
#ifndef QUERY_STORES_H
#define QUERY_STORES_H

#include "core/model/moment.h"
#include "core/model/stored.h"

struct stores {
    void *self;
    uint32_t partitions_count;
    /* Opens a partition in place of the one before: a reader and its position, valid until the next
     * call. Where `ask` is of a time, it is complete up to then, if it can be, and closed_us is
     * set. UNAVAILABLE: it is not here, or not now. */
    struct status (*open)(void *self, uint32_t partition, struct moment_ask *ask,
                          struct store_reader **reader, const struct position **position);
    /* What is kept of the latest state of the partition that was opened last, for questions of now:
     * valid as long as its reader. NULL: nothing is kept. */
    struct stored *(*latest)(void *self, uint32_t partition);
    struct expressions *expressions; /* compiled ones, of this thread; NULL: none are kept */
};

#endif
