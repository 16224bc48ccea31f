#include "core/model/row_cache.h"

#include "core/model/key.h"
#include "core/store/key.h"

struct row_list {
    struct str *keys;
    size_t count;
    bool whole; /* no more rows begin with the prefix */
};

void row_cache_init(struct row_cache *cache, struct arena *arena)
{
    *cache = (struct row_cache){ .arena = arena };
}

void row_cache_release(struct row_cache *cache)
{
    hmap_release(&cache->lists);
}

struct status row_cache_find(const struct row_cache *cache, struct arena *arena,
                             const struct source_range *range, struct str **keys,
                             size_t *keys_count, bool *found)
{
    const struct hmap_entry *entry =
        hmap_find(&cache->lists, range->prefix.bytes, range->prefix.hash);
    const struct row_list *list = entry == NULL ? NULL : entry->value;
    *found = list != NULL && (list->whole || range->limit <= list->count);
    if (!*found) {
        return status_ok();
    }
    *keys_count = list->count < range->limit ? list->count : range->limit;
    ARENA_TRY(arena, *keys, arena_alloc(arena, (*keys_count + 1) * sizeof **keys));
    if (*keys_count > 0) {
        memcpy(*keys, list->keys, *keys_count * sizeof **keys);
    }
    return status_ok();
}

struct status row_cache_keep(struct row_cache *cache, const struct source_range *range,
                             const struct str *keys, size_t keys_count)
{
    struct row_list *list;
    if (keys_count > ROW_CACHE_ROWS_MAX) {
        return status_ok();
    }
    ARENA_TRY(cache->arena, list,
              arena_alloc(cache->arena, sizeof *list + (keys_count + 1) * sizeof *list->keys));
    list->keys = (struct str *)(list + 1);
    list->count = keys_count;
    list->whole = keys_count < range->limit;
    for (size_t i = 0; i < keys_count; i++) {
        list->keys[i] = arena_copy(cache->arena, keys[i]);
        if (list->keys[i].data == NULL) {
            return arena_full(cache->arena);
        }
    }
    struct str prefix = arena_copy(cache->arena, range->prefix.bytes);
    if (prefix.data == NULL) {
        return arena_full(cache->arena);
    }
    hmap_put(&cache->lists, prefix, range->prefix.hash)->value = list;
    return status_ok();
}

/* A list is kept under what its keys begin with, which ends where a part ends, at or behind the end
 * of the group. */
struct status row_cache_forget(struct row_cache *cache, struct str key)
{
    struct str prefix;
    if (cache->lists.count == 0) {
        return status_ok();
    }
    TRY(key_group(key, &prefix));
    for (;;) {
        hmap_delete(&cache->lists, prefix, hmap_hash(prefix));
        if (prefix.size == key.size) {
            return status_ok();
        }
        struct str rest = str_from(key, prefix.size);
        TRY(key_skip_str(&rest));
        prefix.size = key.size - rest.size;
    }
}
