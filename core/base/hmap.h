/* A hash map from bytes to pointers. Keys are borrowed, and their hashes given, so that one key
 * can be looked for in several tables. Finding one is a cache miss or two. Not thread-safe. */
#ifndef CORE_BASE_HMAP_H
#define CORE_BASE_HMAP_H

#include "core/base/str.h"

struct hmap_entry {
    uint64_t hash;
    struct str key;
    void *value;
};

struct hmap {
    struct hmap_entry *entries;
    uint8_t *tags; /* a byte for each entry; 0: it is free */
    size_t count;  /* of entries in use */
    size_t cap;    /* a power of two, or 0 */
};

/* Another one in each process. */
uint64_t hmap_hash(struct str key);

/* Frees the map, not what it points to; a zeroed one is fine. It is empty and usable afterwards.
 */
void hmap_release(struct hmap *map);
/* Forgets all, and keeps the memory for as many again, unless it was by far too much. */
void hmap_clear(struct hmap *map);

/* The entry of a key, or NULL; valid until the next put or delete. */
struct hmap_entry *hmap_find(const struct hmap *map, struct str key, uint64_t hash);
/* The same, but a new one with the value NULL where there was none: its key must live as long. */
struct hmap_entry *hmap_put(struct hmap *map, struct str key, uint64_t hash);
/* False when there was no such key. */
bool hmap_delete(struct hmap *map, struct str key, uint64_t hash);
/* The first entry in use from place `at` on, which is moved behind it; NULL behind the last. */
struct hmap_entry *hmap_next(const struct hmap *map, size_t *at);

#endif
