/* Open addressing, linear probing, at most half full. A byte of each place's hash lies apart, so
 * that a search reads bytes that lie together, and of a large table, which no cache holds, only the
 * entry that it finds: most searches find nothing. Clients choose keys: the hash starts from an
 * address that they cannot know, so that they cannot choose keys that collide. */
#include "core/base/hmap.h"

#include "core/base/memory.h"

enum { HMAP_MIN = 64, HMAP_SPARSE = 16 };

__extension__ typedef unsigned __int128 hmap_product;

static uint64_t hmap_mix(uint64_t hash, uint64_t word)
{
    hmap_product product = (hmap_product)(hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hmap_hash(struct str key)
{
    static const char seed;
    uint64_t hash = (uint64_t)(uintptr_t)&seed ^ key.size, word = 0;
    size_t at = 0;
    for (; at + sizeof word < key.size; at += sizeof word) {
        memcpy(&word, key.data + at, sizeof word);
        hash = hmap_mix(hash, word);
    }
    if (key.size >= sizeof word) {
        memcpy(&word, key.data + key.size - sizeof word, sizeof word); /* some bytes again */
    } else {
        for (word = 0; at < key.size; at++) {
            word = word << 8 | (uint8_t)key.data[at];
        }
    }
    return hmap_mix(hmap_mix(hash, word), key.size);
}

/* Some bits of a hash that do not choose its place, and one that says that the place is taken. */
static uint8_t hmap_tag(uint64_t hash)
{
    return (uint8_t)(hash >> 56) | 0x80;
}

void hmap_release(struct hmap *map)
{
    mem_free(map->entries);
    mem_free(map->tags);
    *map = (struct hmap){ 0 };
}

void hmap_clear(struct hmap *map)
{
    if (map->count < map->cap / HMAP_SPARSE) {
        hmap_release(map);
    } else if (map->count > 0) {
        memset(map->tags, 0, map->cap);
        map->count = 0;
    }
}

/* The place of the key, or the free one where its search ends. */
static size_t hmap_seek(const struct hmap *map, struct str key, uint64_t hash)
{
    const uint8_t tag = hmap_tag(hash);
    size_t at = hash & (map->cap - 1);
    for (; map->tags[at] != 0; at = (at + 1) & (map->cap - 1)) {
        const struct hmap_entry *entry = &map->entries[at];
        if (map->tags[at] == tag && entry->hash == hash && str_eq(entry->key, key)) {
            break;
        }
    }
    return at;
}

struct hmap_entry *hmap_find(const struct hmap *map, struct str key, uint64_t hash)
{
    if (map->count == 0) {
        return NULL;
    }
    size_t at = hmap_seek(map, key, hash);
    return map->tags[at] == 0 ? NULL : &map->entries[at];
}

struct hmap_entry *hmap_next(const struct hmap *map, size_t *at)
{
    for (; *at < map->cap; ++*at) {
        if (map->tags[*at] != 0) {
            return &map->entries[(*at)++];
        }
    }
    return NULL;
}

static struct hmap_entry *hmap_place(struct hmap *map, size_t at, struct hmap_entry entry)
{
    map->tags[at] = hmap_tag(entry.hash);
    map->entries[at] = entry;
    return &map->entries[at];
}

static void hmap_grow(struct hmap *map)
{
    struct hmap old = *map;
    struct hmap_entry *entry;
    size_t at = 0;
    map->cap = old.cap == 0 ? HMAP_MIN : old.cap * 2;
    map->entries = mem_zalloc(map->cap, sizeof *map->entries);
    map->tags = mem_zalloc(map->cap, 1);
    while ((entry = hmap_next(&old, &at)) != NULL) {
        hmap_place(map, hmap_seek(map, entry->key, entry->hash), *entry);
    }
    hmap_release(&old);
}

struct hmap_entry *hmap_put(struct hmap *map, struct str key, uint64_t hash)
{
    if (map->count >= map->cap / 2) {
        hmap_grow(map);
    }
    size_t at = hmap_seek(map, key, hash);
    if (map->tags[at] != 0) {
        return &map->entries[at];
    }
    map->count++;
    return hmap_place(map, at, (struct hmap_entry){ .hash = hash, .key = key });
}

/* Entries behind the hole whose searches pass it move into it. */
static void hmap_close(struct hmap *map, size_t hole)
{
    size_t mask = map->cap - 1;
    for (size_t at = (hole + 1) & mask; map->tags[at] != 0; at = (at + 1) & mask) {
        size_t home = map->entries[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            hmap_place(map, hole, map->entries[at]);
            hole = at;
        }
    }
    map->tags[hole] = 0;
}

bool hmap_delete(struct hmap *map, struct str key, uint64_t hash)
{
    struct hmap_entry *entry = hmap_find(map, key, hash);
    if (entry == NULL) {
        return false;
    }
    hmap_close(map, (size_t)(entry - map->entries));
    map->count--;
    return true;
}
