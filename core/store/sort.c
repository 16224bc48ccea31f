/* Keys of one batch begin alike (org, kind, index), and reading a key is a cache miss. So what all
 * keys of a run have in common is skipped, seven bytes of each key behind it are taken beside the
 * pointer and sorted as numbers, and what is equal in them is sorted in the same way. Many runs
 * come in order already (decisions and times of an org), which is noticed; a short one is sorted by
 * insertion. Chunks are merged here and not by qsort: a call to compare two numbers cost two thirds
 * of the sorting, and what is merged keeps the order of changes by itself. */
#include "core/store/sort.h"

#include "core/base/memory.h"
#include "core/base/num.h"

enum {
    SORT_CHUNK = 7,
    SORT_MORE = SORT_CHUNK + 1, /* in place of the size: the key goes on behind the chunk */
    SORT_SHORT = 16,
};
static_assert(SORT_MORE > SORT_CHUNK && SORT_MORE <= 0xFF, "it fits beside seven bytes of a key");

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
    struct sort_item *room; /* for half of all items */
};

static uint64_t sort_chunk(struct str key, size_t depth)
{
    assert(depth <= key.size);
    size_t left = key.size - depth;
    if (left > SORT_CHUNK) {
        return (num_get_u64be(key.data + depth) & ~(uint64_t)0xFF) | SORT_MORE;
    }
    uint64_t chunk = left;
    for (size_t i = 0; i < left; i++) {
        chunk |= (uint64_t)(uint8_t)key.data[depth + i] << (56 - 8 * i);
    }
    return chunk;
}

static void sort_later(struct sort *sort, struct sort_item *items, size_t count, size_t depth)
{
    assert(count > 0);
    if (sort->count == sort->cap) {
        sort->cap = sort->cap == 0 ? 64 : sort->cap * 2;
        sort->runs = mem_realloc(sort->runs, sort->cap * sizeof *sort->runs);
    }
    sort->runs[sort->count++] = (struct sort_run){ items, count, depth };
}

/* How many bytes two keys have in common, of the `max` from `depth` on, which both have. */
static size_t sort_common(struct str a, struct str b, size_t depth, size_t max)
{
    size_t same = max > 0 && memcmp(a.data + depth, b.data + depth, max) == 0 ? max : 0;
    while (same < max && a.data[depth + same] == b.data[depth + same]) {
        same++;
    }
    return same;
}

/* The depth up to which all keys of a run are equal. */
static size_t sort_depth(const struct sort_run *run)
{
    assert(run->count > 0);
    struct str first = run->items[0].change->key;
    size_t common = first.size - run->depth;
    for (size_t i = 1; i < run->count && common > 0; i++) {
        struct str key = run->items[i].change->key;
        size_t left = key.size - run->depth;
        common = sort_common(first, key, run->depth, left < common ? left : common);
    }
    return run->depth + common;
}

/* Leaves for later what has the same chunk at `depth`. */
static void sort_split(struct sort *sort, const struct sort_run *run, size_t depth)
{
    for (size_t begin = 0, end = 0; begin < run->count; begin = end) {
        uint64_t chunk = run->items[begin].chunk;
        while (end < run->count && run->items[end].chunk == chunk) {
            end++;
        }
        if (end - begin > 1 && (chunk & 0xFF) == SORT_MORE) {
            sort_later(sort, run->items + begin, end - begin, depth + SORT_CHUNK);
        }
    }
}

static void sort_chunks_by_insertion(struct sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].chunk > item.chunk; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* By their chunks; equal ones stay in their order. `room` is for half of them. */
static void sort_chunks(struct sort_item *items, size_t count, struct sort_item *room)
{
    if (count <= SORT_SHORT) {
        sort_chunks_by_insertion(items, count);
        return;
    }
    size_t half = count / 2, left = 0, right = half, to = 0;
    sort_chunks(items, half, room);
    sort_chunks(items + half, count - half, room);
    memcpy(room, items, half * sizeof *items);
    while (left < half && right < count) {
        bool from_right = items[right].chunk < room[left].chunk;
        items[to++] = from_right ? items[right++] : room[left++];
    }
    memcpy(items + to, room + left, (half - left) * sizeof *items);
}

static void sort_by_chunk(struct sort *sort, const struct sort_run *run)
{
    size_t depth = sort_depth(run);
    bool ascending = true;
    for (size_t i = 0; i < run->count; i++) {
        run->items[i].chunk = sort_chunk(run->items[i].change->key, depth);
        ascending = ascending && (i == 0 || run->items[i - 1].chunk <= run->items[i].chunk);
    }
    if (!ascending) {
        sort_chunks(run->items, run->count, sort->room);
    }
    sort_split(sort, run, depth);
}

/* Items of a run are in the order of their changes, and stay so where keys are equal. */
static void sort_by_insertion(const struct sort_run *run)
{
    for (size_t i = 1; i < run->count; i++) {
        struct sort_item item = run->items[i];
        struct str rest = str_from(item.change->key, run->depth);
        size_t at = i;
        while (at > 0 && str_cmp(str_from(run->items[at - 1].change->key, run->depth), rest) > 0) {
            run->items[at] = run->items[at - 1];
            at--;
        }
        run->items[at] = item;
    }
}

static void sort_run(struct sort *sort, const struct sort_run *run)
{
    assert(run->count > 0);
    if (run->count <= SORT_SHORT) {
        sort_by_insertion(run);
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
        assert(changes[i].family >= STORE_META && changes[i].family <= STORE_APPEND);
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
    assert(begin == count);
    for (size_t i = 0; i < count; i++) {
        items[ends[changes[i].family]++].change = &changes[i];
    }
}

const struct store_change **store_sort(const struct store_change *changes, size_t count)
{
    struct sort sort = { .room = mem_alloc((count / 2 + 1) * sizeof *sort.room) };
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
    mem_free(sort.room);
    mem_free(sort.runs);
    return sorted;
}
