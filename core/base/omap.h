/* An ordered map from bytes to bytes, by bytewise order of the keys: what RocksDB is, in memory. It
 * keeps copies of both. Every call but `next` is O(log n); in
 * larger maps finding one key is a few cache misses. Not thread-safe. */
#ifndef CORE_BASE_OMAP_H
#define CORE_BASE_OMAP_H

#include <bsd/sys/tree.h>

#include "core/base/str.h"

struct omap_entry {
    RB_ENTRY(omap_entry) link;
    struct str key;   /* owned by the map, valid until the entry is deleted */
    struct str value; /* owned by the map, 16-byte aligned, so a plain struct may lie in it; valid
                         until the entry is put again or deleted */
};

struct omap_bucket;

struct omap {
    RB_HEAD(omap_tree, omap_entry) tree;
    size_t count;                /* entries */
    struct omap_bucket *buckets; /* the index by hash of larger maps; omap's own business */
    size_t buckets_count;        /* a power of two, or 0 */
};

void omap_init(struct omap *map);
/* Frees all entries; a zeroed map is fine. The map is empty and usable afterwards. */
void omap_release(struct omap *map);

/* Sets the value of `key`, replacing what was there. Gives the entry; `replaced` (may be NULL) says
 * whether there was one. `value` must not lie in the entry that it replaces. */
struct omap_entry *omap_put(struct omap *map, struct str key, struct str value, bool *replaced);
/* False when there was no such key. */
bool omap_delete(struct omap *map, struct str key);
/* The entry with exactly this key, or NULL. */
struct omap_entry *omap_find(const struct omap *map, struct str key);
/* The first entry at or after `key`, or NULL. The empty key gives the first of all. */
struct omap_entry *omap_lower_bound(const struct omap *map, struct str key);
/* The last entry before `key`, or NULL. */
struct omap_entry *omap_before(const struct omap *map, struct str key);
/* The following entry, or NULL. Deleting other entries does not disturb it. */
struct omap_entry *omap_next(const struct omap_entry *entry);

#endif
