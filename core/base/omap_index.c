/* Buckets of one cache line: seven entries, each with eight bits of its hash. What does not fit
 * into its bucket is not in the index, and the bucket says that it has spilled. Buckets quadruple
 * when they hold four entries on average, when one entry in thirty has spilled. Small maps, where
 * the tree is as fast, have none. */
#include "core/base/omap_index.h"

#include <assert.h>

#include "core/base/memory.h"

enum {
    OMAP_BUCKET_ENTRIES = 7,
    OMAP_BUCKET_AVERAGE_MAX = 4,
    OMAP_BUCKETS_MIN = 16,
    OMAP_BUCKETS_GROWTH = 4,
};

struct omap_bucket {
    uint8_t tags[OMAP_BUCKET_ENTRIES];
    uint8_t spilled; /* bool: some entry of this bucket is in the tree only */
    struct omap_entry *entries[OMAP_BUCKET_ENTRIES]; /* NULL: a free place */
};
static_assert(sizeof(struct omap_bucket) == MEM_LINE_SIZE, "a bucket is one cache line");

/* Eight bytes at a time, multiplied and folded. */
static uint64_t omap_hash(struct str key)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = key.size * odd;
    for (size_t at = 0; at < key.size; at += 8) {
        uint64_t word = 0;
        size_t left = key.size - at;
        memcpy(&word, key.data + at, left < 8 ? left : 8);
        hash = (hash ^ word) * odd;
        hash ^= hash >> 32;
    }
    return hash * odd >> 8;
}

static struct omap_bucket *omap_bucket(const struct omap *map, uint64_t hash, uint8_t *tag)
{
    *tag = (uint8_t)hash;
    return &map->buckets[hash >> 8 & (map->buckets_count - 1)];
}

enum omap_index_answer omap_index_find(const struct omap *map, struct str key,
                                       struct omap_entry **entry)
{
    uint8_t tag;
    *entry = NULL;
    if (map->buckets_count == 0) {
        return OMAP_INDEX_UNKNOWN;
    }
    const struct omap_bucket *bucket = omap_bucket(map, omap_hash(key), &tag);
    for (size_t i = 0; i < OMAP_BUCKET_ENTRIES; i++) {
        struct omap_entry *candidate = bucket->entries[i];
        if (bucket->tags[i] == tag && candidate != NULL && str_eq(candidate->key, key)) {
            *entry = candidate;
            return OMAP_INDEX_FOUND;
        }
    }
    return bucket->spilled ? OMAP_INDEX_UNKNOWN : OMAP_INDEX_ABSENT;
}

static void omap_index_insert(struct omap *map, struct omap_entry *entry)
{
    uint8_t tag;
    struct omap_bucket *bucket = omap_bucket(map, omap_hash(entry->key), &tag);
    for (size_t i = 0; i < OMAP_BUCKET_ENTRIES; i++) {
        if (bucket->entries[i] == NULL) {
            bucket->tags[i] = tag;
            bucket->entries[i] = entry;
            return;
        }
    }
    bucket->spilled = true;
}

static void omap_index_grow(struct omap *map)
{
    size_t count = map->buckets_count * OMAP_BUCKETS_GROWTH;
    mem_free(map->buckets);
    map->buckets_count = count == 0 ? OMAP_BUCKETS_MIN : count;
    map->buckets = mem_zalloc_lines(map->buckets_count);
    struct omap_entry *entry = omap_lower_bound(map, (struct str){ 0 });
    for (; entry != NULL; entry = omap_next(entry)) {
        omap_index_insert(map, entry);
    }
}

void omap_index_add(struct omap *map, struct omap_entry *entry)
{
    size_t buckets = map->buckets_count == 0 ? OMAP_BUCKETS_MIN : map->buckets_count;
    if (map->count > buckets * OMAP_BUCKET_AVERAGE_MAX) {
        omap_index_grow(map);
    } else if (map->buckets_count > 0) {
        omap_index_insert(map, entry);
    }
}

void omap_index_remove(struct omap *map, const struct omap_entry *entry)
{
    uint8_t tag;
    if (map->buckets_count == 0) {
        return;
    }
    struct omap_bucket *bucket = omap_bucket(map, omap_hash(entry->key), &tag);
    for (size_t i = 0; i < OMAP_BUCKET_ENTRIES; i++) {
        if (bucket->entries[i] == entry) {
            bucket->entries[i] = NULL;
            return;
        }
    }
    assert(bucket->spilled);
}

void omap_index_release(struct omap *map)
{
    mem_free(map->buckets);
    map->buckets = NULL;
    map->buckets_count = 0;
}
