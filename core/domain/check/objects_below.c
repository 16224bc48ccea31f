#include "core/domain/check/objects_below.h"

#include <stdlib.h>

static struct status objects_list_add(struct objects_list *list, struct object object)
{
    ARENA_TRY(
        list->lookup->arena, list->items,
        arena_grow(list->lookup->arena, list->items, list->count, sizeof *list->items, &list->cap));
    list->items[list->count++] = object;
    return status_ok();
}

/* Adds the object alone if it is live together with all above it. */
static struct status objects_list_add_live(struct objects_list *list, struct object object)
{
    struct objects covering;
    TRY(objects_covering(list->lookup, object, &covering));
    return covering.state == OBJECT_LIVE ? objects_list_add(list, object) : status_ok();
}

/* Adds what rows of an index name, each if it is live. */
static struct status objects_list_add_rows(struct objects_list *list, enum index_number index,
                                           struct str part, enum object_kind kind)
{
    struct str *ids;
    size_t count;
    TRY(lookup_ids(list->lookup, index, &part, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(objects_list_add_live(list, (struct object){ kind, ids[i] }));
    }
    return status_ok();
}

/* Adds the object and its descendants by an index, level by level: the list is the queue. */
static struct status objects_list_descend(struct objects_list *list, struct object object,
                                          enum index_number index)
{
    size_t from = list->count;
    TRY(objects_list_add_live(list, object));
    for (size_t i = from; i < list->count; i++) {
        TRY(objects_list_add_rows(list, index, list->items[i].id, object.kind));
    }
    return status_ok();
}

struct status objects_list_below(struct objects_list *list, struct object object)
{
    switch (object.kind) {
    case OBJECT_ASSET:
        return objects_list_descend(list, object, INDEX_ASSET_BY_PARENT);
    case OBJECT_GROUP:
        return objects_list_descend(list, object, INDEX_GROUP_BY_PARENT);
    case OBJECT_ASSET_TYPE:
        return objects_list_add_rows(list, INDEX_ASSET_BY_TYPE, object.id, OBJECT_ASSET);
    case OBJECT_JOB_SPACE:
        TRY(objects_list_add_live(list, object));
        return objects_list_add_rows(list, INDEX_GROUP_BY_JOB_SPACE, object.id, OBJECT_GROUP);
    case OBJECT_SUBJECT:
        return objects_list_add_live(list, object);
    case OBJECT_ORG:
        return objects_list_add(list, object);
    }
    return status_ok(); /* a kind of a later program: nothing that this one could check */
}

static int objects_compare(const void *a, const void *b)
{
    return object_compare(*(const struct object *)a, *(const struct object *)b);
}

void objects_list_sort(struct objects_list *list)
{
    size_t kept = 0;
    if (list->count > 1) {
        qsort(list->items, list->count, sizeof *list->items, objects_compare);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || !object_eq(list->items[kept - 1], list->items[i])) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

bool objects_list_has(const struct objects_list *list, struct object object)
{
    return list->count > 0 &&
           bsearch(&object, list->items, list->count, sizeof *list->items, objects_compare) != NULL;
}
