/* A red-black tree of libbsd. An entry, its key and its first value are one piece of the heap; a
 * value that outgrows its place gets a piece of its own, so that entries never move. */
#include "core/base/omap.h"

#include <assert.h>

#include "core/base/memory.h"
#include "core/base/omap_index.h"

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

/* Values are aligned for any struct, as malloc's memory is. */
static size_t omap_round(size_t size)
{
    return (size + 15) / 16 * 16;
}

/* The place of the first value: in the entry, behind the key, which searches touch. */
static char *omap_inside(const struct omap_entry *entry)
{
    static_assert(sizeof(struct omap_entry) % 16 == 0, "what lies behind an entry is aligned");
    return (char *)(uintptr_t)(entry + 1) + omap_round(entry->key.size);
}

static void omap_free(struct omap_entry *entry)
{
    if (entry->value.data != omap_inside(entry)) {
        mem_free((void *)(uintptr_t)entry->value.data);
    }
    mem_free(entry);
}

/* The deepest first entry of a subtree; all of its children are gone when it is. */
static struct omap_entry *omap_leaf(struct omap_entry *entry)
{
    for (;;) {
        struct omap_entry *left = RB_LEFT(entry, link), *right = RB_RIGHT(entry, link);
        if (left == NULL && right == NULL) {
            return entry;
        }
        entry = left != NULL ? left : right;
    }
}

/* Leaves first, without keeping the tree balanced. */
void omap_release(struct omap *map)
{
    struct omap_entry *entry = RB_ROOT(&map->tree);
    while (entry != NULL) {
        entry = omap_leaf(entry);
        struct omap_entry *parent = RB_PARENT(entry, link);
        if (parent != NULL && RB_LEFT(parent, link) == entry) {
            RB_LEFT(parent, link) = NULL;
        } else if (parent != NULL) {
            RB_RIGHT(parent, link) = NULL;
        }
        omap_free(entry);
        entry = parent;
    }
    omap_index_release(map);
    *map = (struct omap){ 0 };
}

static void omap_copy(void *memory, struct str s)
{
    if (s.size > 0) {
        memcpy(memory, s.data, s.size);
    }
}

static struct omap_entry *omap_new(struct str key, struct str value)
{
    struct omap_entry *entry =
        mem_alloc(sizeof *entry + omap_round(key.size) + omap_round(value.size));
    entry->key = str_make(entry + 1, key.size);
    entry->value = str_make(omap_inside(entry), value.size);
    omap_copy(entry + 1, key);
    omap_copy(omap_inside(entry), value);
    return entry;
}

static void omap_replace(struct omap_entry *entry, struct str value)
{
    char *memory = (char *)(uintptr_t)entry->value.data;
    if (omap_round(value.size) > omap_round(entry->value.size)) {
        memory = mem_alloc(omap_round(value.size));
    }
    omap_copy(memory, value);
    if (memory != entry->value.data && entry->value.data != omap_inside(entry)) {
        mem_free((void *)(uintptr_t)entry->value.data);
    }
    entry->value = str_make(memory, value.size);
}

/* The entry with this key, or NULL; then `parent` is where it would hang, `order` on which side. */
static struct omap_entry *omap_descend(const struct omap *map, struct str key,
                                       struct omap_entry **parent, int *order)
{
    struct omap_entry *entry = RB_ROOT(&map->tree);
    *parent = NULL;
    while (entry != NULL) {
        *order = str_cmp(key, entry->key);
        if (*order == 0) {
            return entry;
        }
        *parent = entry;
        entry = *order < 0 ? RB_LEFT(entry, link) : RB_RIGHT(entry, link);
    }
    return NULL;
}

struct omap_entry *omap_find(const struct omap *map, struct str key)
{
    struct omap_entry *entry, *parent;
    int order;
    if (omap_index_find(map, key, &entry) == OMAP_INDEX_UNKNOWN) {
        entry = omap_descend(map, key, &parent, &order);
    }
    return entry;
}

static struct omap_entry *omap_insert(struct omap *map, struct omap_entry *entry,
                                      struct omap_entry *parent, int order)
{
    RB_SET(entry, parent, link);
    if (parent == NULL) {
        RB_ROOT(&map->tree) = entry;
    } else if (order < 0) {
        RB_LEFT(parent, link) = entry;
    } else {
        RB_RIGHT(parent, link) = entry;
    }
    omap_tree_RB_INSERT_COLOR(&map->tree, entry);
    map->count++;
    omap_index_add(map, entry);
    return entry;
}

struct omap_entry *omap_put(struct omap *map, struct str key, struct str value, bool *replaced)
{
    struct omap_entry *entry, *parent;
    int order = 0;
    if (omap_index_find(map, key, &entry) != OMAP_INDEX_FOUND) {
        entry = omap_descend(map, key, &parent, &order);
    }
    if (replaced != NULL) {
        *replaced = entry != NULL;
    }
    if (entry == NULL) {
        return omap_insert(map, omap_new(key, value), parent, order);
    }
    omap_replace(entry, value);
    return entry;
}

bool omap_delete(struct omap *map, struct str key)
{
    struct omap_entry *entry = omap_find(map, key);
    if (entry == NULL) {
        return false;
    }
    omap_index_remove(map, entry);
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
