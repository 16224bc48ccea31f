/* The lowest of many keys, in order, in little memory. */
#ifndef QUERY_RANK_H
#define QUERY_RANK_H

#include "core/base/arena.h"

struct rank {
    size_t keep;
    struct str *keys; /* up to twice as many as are kept, in no order */
    size_t count;
    bool full;              /* what is not below `highest` is none of them */
    struct str highest;     /* of those kept, when keys were last left out */
    struct arena arenas[2]; /* of the keys; of those kept, when the others are left out */
};

/* For at most `keep` keys (above 0) in memory of at most so many bytes. */
void rank_init(struct rank *rank, size_t keep, size_t memory_max);
void rank_release(struct rank *rank);
/* Copies a key. RESOURCE_EXHAUSTED over the memory. */
MUST_USE struct status rank_offer(struct rank *rank, struct str key);
/* The lowest ones in order; borrowed until the next offer. */
MUST_USE struct status rank_take(struct rank *rank, const struct str **keys, size_t *count);

#endif
