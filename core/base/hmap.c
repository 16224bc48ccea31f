/* Open addressing, linear probing, at most half full: entries are half a cache line, so that a
 * search seldom leaves the line it starts in. Clients choose keys: the hash starts from an address
 * that they cannot know, so that they cannot choose keys that collide. */
#include "core/base/hmap.h"

#include <assert.h>

#include "core/base/memory.h"

enum { HMAP_MIN = 64 };

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
    hash = hmap_mix(hmap_mix(hash, word), key.size);
    return hash == 0 ? 1 : hash;
}

void hmap_release(struct hmap *map)
{
    mem_free(map->entries);
    *map = (struct hmap){ 0 };
}

/* The entry of the key, or the free place where its search ends. */
static struct hmap_entry *hmap_seek(const struct hmap *map, struct str key, uint64_t hash)
{
    size_t at = hash & (map->cap - 1);
    for (;; at = (at + 1) & (map->cap - 1)) {
        struct hmap_entry *entry = &map->entries[at];
        if (entry->hash == 0 || (entry->hash == hash && str_eq(entry->key, key))) {
            return entry;
        }
    }
}

struct hmap_entry *hmap_find(const struct hmap *map, struct str key, uint64_t hash)
{
    if (map->count == 0) {
        return NULL;
    }
    struct hmap_entry *entry = hmap_seek(map, key, hash);
    return entry->hash == 0 ? NULL : entry;
}

struct hmap_entry *hmap_next(const struct hmap *map, size_t *at)
{
    while (*at < map->cap) {
        struct hmap_entry *entry = &map->entries[(*at)++];
        if (entry->hash != 0) {
            return entry;
        }
    }
    return NULL;
}

static void hmap_grow(struct hmap *map)
{
    struct hmap old = *map;
    struct hmap_entry *entry;
    size_t at = 0;
    map->cap = old.cap == 0 ? HMAP_MIN : old.cap * 2;
    map->entries = mem_zalloc(map->cap, sizeof *map->entries);
    while ((entry = hmap_next(&old, &at)) != NULL) {
        *hmap_seek(map, entry->key, entry->hash) = *entry;
    }
    hmap_release(&old);
}

struct hmap_entry *hmap_put(struct hmap *map, struct str key, uint64_t hash)
{
    assert(hash != 0);
    if (map->count >= map->cap / 2) {
        hmap_grow(map);
    }
    struct hmap_entry *entry = hmap_seek(map, key, hash);
    if (entry->hash == 0) {
        *entry = (struct hmap_entry){ .hash = hash, .key = key };
        map->count++;
    }
    return entry;
}

/* Entries behind the hole whose searches pass it move into it. */
static void hmap_close(struct hmap *map, size_t hole)
{
    size_t mask = map->cap - 1;
    for (size_t at = (hole + 1) & mask; map->entries[at].hash != 0; at = (at + 1) & mask) {
        size_t home = map->entries[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            map->entries[hole] = map->entries[at];
            hole = at;
        }
    }
    map->entries[hole] = (struct hmap_entry){ 0 };
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
