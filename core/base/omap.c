/* A red-black tree of libbsd with keys and values on the heap: the key lies behind its entry, the
 * value alone, so that replacing a value does not move the entry. */
#include "core/base/omap.h"

#include "core/base/memory.h"

static int omap_order(const struct omap_entry *a, const struct omap_entry *b)
{
    return str_cmp(a->key, b->key);
}

/* RB_GENERATE_STATIC, which lacks the attribute for functions that we do not call. */
RB_GENERATE_INTERNAL(omap_tree, omap_entry, link, omap_order, __attribute__((unused)) static)

void omap_init(struct omap *map)
{
    *map = (struct omap){ 0 };
}

static void omap_free(struct omap_entry *entry)
{
    mem_free((void *)(uintptr_t)entry->value.data);
    mem_free(entry);
}

void omap_release(struct omap *map)
{
    struct omap_entry *entry, *next;
    RB_FOREACH_SAFE(entry, omap_tree, &map->tree, next)
    {
        RB_REMOVE(omap_tree, &map->tree, entry);
        omap_free(entry);
    }
    *map = (struct omap){ 0 };
}

static struct str omap_copy(void *memory, struct str s)
{
    if (s.size > 0) {
        memcpy(memory, s.data, s.size);
    }
    return str_make(memory, s.size);
}

struct omap_entry *omap_put(struct omap *map, struct str key, struct str value, bool *replaced)
{
    struct omap_entry *entry = omap_find(map, key);
    if (replaced != NULL) {
        *replaced = entry != NULL;
    }
    if (entry != NULL) {
        mem_free((void *)(uintptr_t)entry->value.data);
        entry->value = omap_copy(mem_alloc(value.size), value);
        return entry;
    }
    entry = mem_alloc(sizeof *entry + key.size);
    entry->key = omap_copy(entry + 1, key);
    entry->value = omap_copy(mem_alloc(value.size), value);
    RB_INSERT(omap_tree, &map->tree, entry);
    map->count++;
    return entry;
}

bool omap_delete(struct omap *map, struct str key)
{
    struct omap_entry *entry = omap_find(map, key);
    if (entry == NULL) {
        return false;
    }
    RB_REMOVE(omap_tree, &map->tree, entry);
    omap_free(entry);
    map->count--;
    return true;
}

/* The first entry at or after `key`; `before` gets the last one before it. */
static struct omap_entry *omap_search(const struct omap *map, struct str key,
                                      struct omap_entry **before)
{
    struct omap_entry *entry = RB_ROOT(&map->tree), *bound = NULL;
    *before = NULL;
    while (entry != NULL) {
        if (str_cmp(entry->key, key) < 0) {
            *before = entry;
            entry = RB_RIGHT(entry, link);
        } else {
            bound = entry;
            entry = RB_LEFT(entry, link);
        }
    }
    return bound;
}

struct omap_entry *omap_find(const struct omap *map, struct str key)
{
    struct omap_entry *before, *entry = omap_search(map, key, &before);
    return entry != NULL && str_eq(entry->key, key) ? entry : NULL;
}

struct omap_entry *omap_lower_bound(const struct omap *map, struct str key)
{
    struct omap_entry *before;
    return omap_search(map, key, &before);
}

struct omap_entry *omap_before(const struct omap *map, struct str key)
{
    struct omap_entry *before;
    omap_search(map, key, &before);
    return before;
}

struct omap_entry *omap_next(const struct omap_entry *entry)
{
    return RB_NEXT(omap_tree, NULL, (struct omap_entry *)(uintptr_t)entry);
}
