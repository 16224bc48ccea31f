#include "core/model/row_cache.h"

#include "core/store/key.h"

struct row_list {
    struct str *keys;
    size_t count;
    bool whole; /* no more rows begin with the prefix */
};

void row_cache_init(struct row_cache *cache, struct arena *arena)
{
    cache->arena = arena;
    omap_init(&cache->lists);
}

void row_cache_release(struct row_cache *cache)
{
    omap_release(&cache->lists);
}

struct status row_cache_find(const struct row_cache *cache, struct arena *arena, struct str prefix,
                             size_t limit, struct str **keys, size_t *keys_count, bool *found)
{
    const struct omap_entry *entry = omap_find(&cache->lists, prefix);
    const struct row_list *list = NULL;
    if (entry != NULL) {
        memcpy(&list, entry->value.data, sizeof(void *));
    }
    *found = list != NULL && (list->whole || limit <= list->count);
    if (!*found) {
        return status_ok();
    }
    *keys_count = list->count < limit ? list->count : limit;
    ARENA_TRY(arena, *keys, arena_alloc(arena, (list->count + 1) * sizeof **keys));
    if (*keys_count > 0) {
        memcpy(*keys, list->keys, *keys_count * sizeof **keys);
    }
    return status_ok();
}

struct status row_cache_keep(struct row_cache *cache, struct str prefix, const struct str *keys,
                             size_t keys_count, bool whole)
{
    struct row_list *list;
    if (keys_count > ROW_CACHE_ROWS_MAX) {
        return status_ok();
    }
    ARENA_TRY(cache->arena, list, arena_alloc(cache->arena, sizeof *list));
    ARENA_TRY(cache->arena, list->keys,
              arena_alloc(cache->arena, (keys_count + 1) * sizeof *list->keys));
    list->count = keys_count;
    list->whole = whole;
    for (size_t i = 0; i < keys_count; i++) {
        list->keys[i] = arena_copy(cache->arena, keys[i]);
        if (list->keys[i].data == NULL) {
            return arena_full(cache->arena);
        }
    }
    omap_put(&cache->lists, prefix, str_make(&list, sizeof(void *)), NULL);
    return status_ok();
}

/* A list is kept under what its keys begin with, which ends where a part ends: org, index, and any
 * number of parts. */
struct status row_cache_forget(struct row_cache *cache, struct str key)
{
    struct arena arena;
    struct str rest = key, part;
    uint8_t index;
    struct status st;
    if (cache->lists.count == 0) {
        return status_ok();
    }
    arena_init(&arena, key.size + 64);
    TRY_OUT(key_get_str(&rest, &arena, &part));
    TRY_OUT(key_get_u8(&rest, &index));
    for (;;) {
        omap_delete(&cache->lists, (struct str){ key.data, key.size - rest.size });
        if (rest.size == 0) {
            break;
        }
        TRY_OUT(key_get_str(&rest, &arena, &part));
    }
out:
    arena_release(&arena);
    return st;
}
