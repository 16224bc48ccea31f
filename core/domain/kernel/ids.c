#include "core/domain/kernel/ids.h"

#include <stdlib.h>

struct status ids_add(struct ids *ids, struct str id)
{
    return ids_add_all(ids, &id, 1);
}

struct status ids_add_all(struct ids *ids, const struct str *items, size_t items_count)
{
    assert(ids->count <= ids->cap);
    if (items_count > ids->cap - ids->count) {
        size_t cap = ids->cap * 2 + items_count;
        struct str *grown;
        ARENA_TRY(ids->arena, grown, arena_alloc(ids->arena, cap * sizeof *grown));
        if (ids->count > 0) {
            memcpy(grown, ids->items, ids->count * sizeof *grown);
        }
        ids->items = grown;
        ids->cap = cap;
    }
    assert(items_count <= ids->cap - ids->count);
    if (items_count > 0) {
        memcpy(ids->items + ids->count, items, items_count * sizeof *items);
    }
    ids->count += items_count;
    return status_ok();
}

static int ids_compare(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void ids_sort(struct ids *ids)
{
    size_t kept = 0;
    if (ids->count > 1) {
        qsort(ids->items, ids->count, sizeof ids->items[0], ids_compare);
    }
    for (size_t i = 0; i < ids->count; i++) {
        if (kept == 0 || !str_eq(ids->items[kept - 1], ids->items[i])) {
            ids->items[kept++] = ids->items[i];
        }
    }
    assert(kept <= ids->count && (kept > 0) == (ids->count > 0));
    ids->count = kept;
}

bool ids_have(const struct ids *ids, struct str id)
{
    return ids->count > 0 &&
           bsearch(&id, ids->items, ids->count, sizeof ids->items[0], ids_compare) != NULL;
}

const struct str *ids_again(const struct str *items, size_t items_count)
{
    for (size_t i = 0; i < items_count; i++) {
        for (size_t before = 0; before < i; before++) {
            if (str_eq(items[i], items[before])) {
                return &items[i];
            }
        }
    }
    return NULL;
}

bool ids_listed(char *const *list, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_z(list[i]), id)) {
            return true;
        }
    }
    return false;
}

bool ids_same(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = strcmp(a[i], b[i]) == 0;
    }
    return same;
}

struct status ids_behind(struct arena *arena, struct str id, struct str *behind)
{
    char *text;
    ARENA_TRY(arena, text, arena_zalloc(arena, id.size + 1));
    memcpy(text, id.data, id.size);
    *behind = str_make(text, id.size + 1);
    return status_ok();
}
