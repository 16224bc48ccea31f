/* Short lists of index rows that were read from a store, by what their keys begin with: the same
 * few are asked for again and again (the seats of who commands, the grants on an object). One
 * thread. */
#ifndef CORE_MODEL_ROW_CACHE_H
#define CORE_MODEL_ROW_CACHE_H

#include "core/base/arena.h"
#include "core/base/omap.h"

/* Longer lists are not kept: they are seldom asked for twice between two changes. */
enum { ROW_CACHE_ROWS_MAX = 256 };

struct row_cache {
    struct omap lists;   /* beginning of a store key -> pointer to a struct row_list */
    struct arena *arena; /* of the lists; borrowed */
};

void row_cache_init(struct row_cache *cache, struct arena *arena);
/* Forgets all; the arena keeps its memory. */
void row_cache_release(struct row_cache *cache);

/* The first `limit` rows, if they are known: *keys lies in `arena`, what it points to in the
 * cache's. */
MUST_USE struct status row_cache_find(const struct row_cache *cache, struct arena *arena,
                                      struct str prefix, size_t limit, struct str **keys,
                                      size_t *keys_count, bool *found);
/* Keeps a list: the whole, or its beginning. Copies. */
MUST_USE struct status row_cache_keep(struct row_cache *cache, struct str prefix,
                                      const struct str *keys, size_t keys_count, bool whole);
/* A row with this key came or went. DATA_LOSS if it is no key of an index. */
MUST_USE struct status row_cache_forget(struct row_cache *cache, struct str key);

#endif
