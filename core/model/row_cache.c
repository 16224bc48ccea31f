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

/* The place of the first key that is not before `from`. */
static size_t row_list_from(const struct row_list *list, struct str from)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(list->keys[middle], from) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    assert(low == high && low <= list->count);
    return low;
}

struct status row_cache_find(const struct row_cache *cache, struct arena *arena,
                             const struct source_range *range, struct str **keys,
                             size_t *keys_count, bool *found)
{
    const struct hmap_entry *entry =
        hmap_find(&cache->lists, range->prefix.bytes, range->prefix.hash);
    const struct row_list *list = entry == NULL ? NULL : entry->value;
    *found =
        list != NULL && (list->whole || (range->from.size == 0 && range->limit <= list->count));
    if (!*found) {
        return status_ok();
    }
    assert(range->from.size == 0 || range->from.size >= range->skip);
    size_t first =
        range->from.size == 0 ? 0 : row_list_from(list, str_from(range->from, range->skip));
    assert(first <= list->count);
    size_t left = list->count - first;
    *keys_count = left < range->limit ? left : range->limit;
    ARENA_TRY(arena, *keys, arena_alloc(arena, (*keys_count + 1) * sizeof **keys));
    if (*keys_count > 0) {
        memcpy(*keys, list->keys + first, *keys_count * sizeof **keys);
    }
    return status_ok();
}

struct status row_cache_keep(struct row_cache *cache, const struct source_range *range,
                             const struct str *keys, size_t keys_count)
{
    struct row_list *list;
    assert(keys_count <= range->limit);
    if (keys_count > ROW_CACHE_ROWS_MAX || range->from.size > 0) {
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
        assert(rest.size < key.size - prefix.size); /* so that this comes to an end */
        prefix.size = key.size - rest.size;
    }
}
