/* Keys of one batch begin alike (org, kind, index), and reading a key is a cache miss. So seven
 * bytes of each key at a time are taken beside the pointer and sorted as numbers; what is equal in
 * them is sorted by the next seven. A run that is short, or of one key, is sorted at once. */
#include "core/store/sort.h"

#include <stdlib.h>

#include "core/base/memory.h"

enum {
    SORT_CHUNK = 7,
    SORT_MORE = SORT_CHUNK + 1, /* in place of the size: the key goes on behind the chunk */
    SORT_SHORT = 32,
};

struct sort_item {
    uint64_t chunk; /* seven bytes of the key, big endian, and how many of them there are */
    const struct store_change *change;
};

/* Items that are equal up to `depth` bytes of their keys. */
struct sort_run {
    struct sort_item *items;
    size_t count;
    size_t depth;
};

struct sort {
    struct sort_run *runs; /* still to be sorted */
    size_t count;
    size_t cap;
};

static uint64_t sort_chunk(struct str key, size_t depth)
{
    size_t left = key.size - depth, size = left < SORT_CHUNK ? left : SORT_CHUNK;
    uint64_t chunk = 0;
    for (size_t i = 0; i < size; i++) {
        chunk |= (uint64_t)(uint8_t)key.data[depth + i] << (56 - 8 * i);
    }
    return chunk | (left > SORT_CHUNK ? SORT_MORE : left);
}

static int sort_order_position(const struct sort_item *a, const struct sort_item *b)
{
    return (a->change > b->change) - (a->change < b->change);
}

static int sort_order_chunk(const void *a, const void *b)
{
    const struct sort_item *x = a, *y = b;
    int order = (x->chunk > y->chunk) - (x->chunk < y->chunk);
    return order != 0 ? order : sort_order_position(x, y);
}

static int sort_order_key(const void *a, const void *b)
{
    const struct sort_item *x = a, *y = b;
    int order = str_cmp(x->change->key, y->change->key);
    return order != 0 ? order : sort_order_position(x, y);
}

static void sort_later(struct sort *sort, struct sort_item *items, size_t count, size_t depth)
{
    if (sort->count == sort->cap) {
        sort->cap = sort->cap == 0 ? 64 : sort->cap * 2;
        sort->runs = mem_realloc(sort->runs, sort->cap * sizeof *sort->runs);
    }
    sort->runs[sort->count++] = (struct sort_run){ items, count, depth };
}

/* Sorts by the chunk at the run's depth; what stays equal is left for later. */
static void sort_by_chunk(struct sort *sort, const struct sort_run *run)
{
    bool same = true;
    for (size_t i = 0; i < run->count; i++) {
        run->items[i].chunk = sort_chunk(run->items[i].change->key, run->depth);
        same = same && run->items[i].chunk == run->items[0].chunk;
    }
    if (!same || (run->items[0].chunk & 0xFF) != SORT_MORE) {
        qsort(run->items, run->count, sizeof *run->items, sort_order_chunk);
    }
    for (size_t begin = 0, end = 0; begin < run->count; begin = end) {
        uint64_t chunk = run->items[begin].chunk;
        while (end < run->count && run->items[end].chunk == chunk) {
            end++;
        }
        if (end - begin > 1 && (chunk & 0xFF) == SORT_MORE) {
            sort_later(sort, run->items + begin, end - begin, run->depth + SORT_CHUNK);
        }
    }
}

static void sort_run(struct sort *sort, const struct sort_run *run)
{
    if (run->count <= SORT_SHORT) {
        qsort(run->items, run->count, sizeof *run->items, sort_order_key);
    } else {
        sort_by_chunk(sort, run);
    }
}

/* By family, each in its order; a run of each is left for later. */
static void sort_families(struct sort *sort, const struct store_change *changes, size_t count,
                          struct sort_item *items)
{
    size_t ends[STORE_APPEND + 1] = { 0 }, begin = 0;
    for (size_t i = 0; i < count; i++) {
        ends[changes[i].family]++;
    }
    for (int family = 0; family <= STORE_APPEND; family++) {
        size_t size = ends[family];
        if (size > 0) {
            sort_later(sort, items + begin, size, 0);
        }
        ends[family] = begin;
        begin += size;
    }
    for (size_t i = 0; i < count; i++) {
        items[ends[changes[i].family]++].change = &changes[i];
    }
}

const struct store_change **store_sort(const struct store_change *changes, size_t count)
{
    struct sort sort = { 0 };
    struct sort_item *items = mem_alloc((count + 1) * sizeof *items);
    sort_families(&sort, changes, count, items);
    while (sort.count > 0) {
        struct sort_run run = sort.runs[--sort.count];
        sort_run(&sort, &run);
    }
    const struct store_change **sorted = mem_alloc((count + 1) * sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = items[i].change;
    }
    mem_free(items);
    mem_free(sort.runs);
    return sorted;
}
