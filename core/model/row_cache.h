/* Short lists of index rows that were read from a store, by what their keys begin with: the same
 * few are asked for again and again (the seats of who commands, the grants on an object). One
 * thread. */
#ifndef CORE_MODEL_ROW_CACHE_H
#define CORE_MODEL_ROW_CACHE_H

#include "core/base/arena.h"
#include "core/base/hmap.h"
#include "core/model/source.h"

/* Longer lists are not kept: they are seldom asked for twice between two changes. */
enum { ROW_CACHE_ROWS_MAX = 256 };

struct row_cache {
    struct hmap lists;   /* prefix of a range -> struct row_list */
    struct arena *arena; /* of the lists; borrowed */
};

void row_cache_init(struct row_cache *cache, struct arena *arena);
/* Forgets all; the arena keeps its memory. */
void row_cache_release(struct row_cache *cache);

/* The rows of a range, if they are known; one that begins inside its prefix is known where all of
 * the prefix is. *keys lies in `arena`, what it points to in the cache's.
 */
MUST_USE struct status row_cache_find(const struct row_cache *cache, struct arena *arena,
                                      const struct source_range *range, struct str **keys,
                                      size_t *keys_count, bool *found);
/* Keeps the rows of a range. Copies. */
MUST_USE struct status row_cache_keep(struct row_cache *cache, const struct source_range *range,
                                      const struct str *keys, size_t keys_count);
/* A row with this key came or went. DATA_LOSS if it is no key of an index. */
MUST_USE struct status row_cache_forget(struct row_cache *cache, struct str key);

#endif
