/* Keys are collected until they are twice as many as are kept; then they are sorted, and the upper
 * half is left out. So each key costs log(keep) comparisons at most, and most cost one. */
#include "query/rank.h"

#include <stdlib.h>

#include "core/base/memory.h"

void rank_init(struct rank *rank, size_t keep, size_t memory_max)
{
    assert(keep > 0);
    *rank = (struct rank){ .keep = keep };
    arena_init(&rank->arenas[0], memory_max);
    arena_init(&rank->arenas[1], memory_max);
    rank->keys = mem_zalloc(2 * keep, sizeof *rank->keys);
}

void rank_release(struct rank *rank)
{
    mem_free(rank->keys);
    arena_release(&rank->arenas[0]);
    arena_release(&rank->arenas[1]);
    *rank = (struct rank){ 0 };
}

static int rank_compare(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Leaves the lowest ones, in order, and frees what the others took. */
static struct status rank_settle(struct rank *rank)
{
    if (rank->count > 1) {
        qsort(rank->keys, rank->count, sizeof *rank->keys, rank_compare);
    }
    if (rank->count <= rank->keep) {
        return status_ok();
    }
    struct arena spare = rank->arenas[1];
    arena_reset(&spare);
    rank->count = rank->keep;
    for (size_t i = 0; i < rank->count; i++) {
        rank->keys[i] = arena_copy(&spare, rank->keys[i]);
        if (rank->keys[i].data == NULL) {
            rank->arenas[1] = spare;
            return arena_full(&spare);
        }
    }
    rank->arenas[1] = rank->arenas[0];
    rank->arenas[0] = spare;
    rank->full = true;
    rank->highest = rank->keys[rank->count - 1];
    return status_ok();
}

struct status rank_offer(struct rank *rank, struct str key)
{
    if (rank->full && str_cmp(key, rank->highest) >= 0) {
        return status_ok();
    }
    if (rank->count == 2 * rank->keep) {
        TRY(rank_settle(rank));
    }
    struct str copy = arena_copy(&rank->arenas[0], key);
    rank->keys[rank->count++] = copy;
    return copy.data == NULL ? arena_full(&rank->arenas[0]) : status_ok();
}

struct status rank_take(struct rank *rank, const struct str **keys, size_t *count)
{
    TRY(rank_settle(rank));
    *keys = rank->keys;
    *count = rank->count;
    return status_ok();
}
