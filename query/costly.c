/* Grants are sorted by what they are on; then the groups of each object are walked down. A group is
 * a look-up, so are sixteen that it includes, a granted seat, and a grant (search_down.c). */
#include "query/costly.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/domain/kernel/ids.h"
#include "query/object_text.h"
#include "query/selection.h"

/* Groups below one object that are counted: with so many it is dear in any case. */
enum { COSTLY_GROUPS_MAX = 20000, COSTLY_INCLUDED_A_LOOKUP = 16 };

struct costly_grant {
    struct object on;
    bool to_group; /* else to a seat */
    struct str grantee_id;
};

struct costly {
    struct snapshot *snapshot;
    struct costly_grant *grants;
    size_t count;
    size_t cap;
    size_t looked_left; /* groups */
    struct costly_list *list;
    size_t list_cap;
};

/* ---- grants ---- */

static struct status costly_add(struct costly *costly, const Agency__V1__Grant *grant)
{
    const unsigned kind = (unsigned)grant->grantee->kind;
    if (kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT) {
        return status_ok(); /* found by itself, however many there are */
    }
    ARENA_TRY(costly->snapshot->arena, costly->grants,
              arena_grow(costly->snapshot->arena, costly->grants, costly->count,
                         sizeof *costly->grants, &costly->cap));
    costly->grants[costly->count++] = (struct costly_grant){
        .on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) },
        .to_group = kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP,
        .grantee_id = str_z(grant->grantee->id),
    };
    return status_ok();
}

static struct status costly_read(struct costly *costly)
{
    const struct list_request request = { .kind = ENTITY_GRANT };
    struct page_ask ask = { 0 };
    struct entities_page page;
    do {
        TRY(entities_page(costly->snapshot, &request, &ask, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(costly_add(costly, (const Agency__V1__Grant *)(const void *)page.items[i]));
        }
        ask.token = page.end.token;
    } while (ask.token.size > 0);
    return status_ok();
}

static int costly_compare(const void *a, const void *b)
{
    const struct costly_grant *left = a, *right = b;
    int order = (left->on.kind > right->on.kind) - (left->on.kind < right->on.kind);
    return order != 0 ? order : str_cmp(left->on.id, right->on.id);
}

/* ---- one object ---- */

static struct status costly_look(struct costly *costly, size_t groups)
{
    if (groups > costly->looked_left) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %d groups to be looked at for all objects together, "
                            "but there are more: ask on a data folder that no agencyd serves",
                            COSTLY_LOOKED_MAX);
    }
    costly->looked_left -= groups;
    return status_ok();
}

/* The groups that a list of them includes, level by level: the list is the queue. */
static struct status costly_walk(struct costly *costly, struct ids *groups, size_t *included)
{
    struct ids level = { .arena = groups->arena };
    ids_sort(groups);
    TRY(ids_add_all(&level, groups->items, groups->count));
    while (level.count > 0 && groups->count < COSTLY_GROUPS_MAX) {
        struct ids next = { .arena = groups->arena }, fresh = { .arena = groups->arena };
        TRY(costly_look(costly, level.count));
        for (size_t i = 0; i < level.count; i++) {
            const Agency__V1__Group *group;
            TRY(view_group(&costly->snapshot->org.view, level.items[i], &group));
            for (size_t j = 0; group != NULL && j < group->n_included_group_ids; j++) {
                TRY(ids_add(&next, str_z(group->included_group_ids[j])));
            }
        }
        *included += next.count;
        ids_sort(&next);
        for (size_t i = 0; i < next.count; i++) {
            TRY(ids_have(groups, next.items[i]) ? status_ok() : ids_add(&fresh, next.items[i]));
        }
        TRY(ids_add_all(groups, fresh.items, fresh.count));
        ids_sort(groups);
        level = fresh;
    }
    return status_ok();
}

static struct status costly_tell(struct costly *costly, const Agency__V1__CostlyItem *item)
{
    struct costly_list *list = costly->list;
    ARENA_TRY(costly->snapshot->arena, list->items,
              arena_grow(costly->snapshot->arena, list->items, list->count, sizeof *list->items,
                         &costly->list_cap));
    list->items[list->count++] = *item;
    return status_ok();
}

static struct status costly_object(struct costly *costly, const struct costly_grant *grants,
                                   size_t count, size_t above)
{
    struct arena *arena = costly->snapshot->arena;
    struct ids groups = { .arena = arena };
    Agency__V1__CostlyItem item = AGENCY__V1__COSTLY_ITEM__INIT;
    size_t included = 0;
    for (size_t i = 0; i < count; i++) {
        item.seats += !grants[i].to_group;
        TRY(grants[i].to_group ? ids_add(&groups, grants[i].grantee_id) : status_ok());
    }
    TRY(costly_walk(costly, &groups, &included));
    item.grants = count;
    item.groups = groups.count;
    item.lookups = count + item.seats + item.groups + included / COSTLY_INCLUDED_A_LOOKUP;
    if (item.lookups <= above) {
        return status_ok();
    }
    TRY(object_format(arena, grants[0].on, &item.object));
    return costly_tell(costly, &item);
}

static int costly_compare_items(const void *a, const void *b)
{
    const Agency__V1__CostlyItem *left = a, *right = b;
    int order = (left->lookups < right->lookups) - (left->lookups > right->lookups);
    return order != 0 ? order : strcmp(left->object, right->object);
}

struct status costly_objects(struct snapshot *snapshot, size_t above, size_t looked_max,
                             struct costly_list *list)
{
    struct costly costly = { .snapshot = snapshot, .looked_left = looked_max, .list = list };
    *list = (struct costly_list){ 0 };
    TRY(costly_read(&costly));
    if (costly.count > 1) {
        qsort(costly.grants, costly.count, sizeof *costly.grants, costly_compare);
    }
    for (size_t i = 0, end; i < costly.count; i = end) {
        for (end = i + 1; end < costly.count; end++) {
            if (!object_eq(costly.grants[i].on, costly.grants[end].on)) {
                break;
            }
        }
        TRY(costly_object(&costly, &costly.grants[i], end - i, above));
    }
    if (list->count > 1) {
        qsort(list->items, list->count, sizeof *list->items, costly_compare_items);
    }
    return status_ok();
}

/* ---- a page ---- */

struct costly_places {
    struct arena *arena;
    const struct costly_list *list;
};

static struct status costly_place(void *self, size_t index, struct str *place)
{
    const struct costly_places *places = self;
    const Agency__V1__CostlyItem *item = &places->list->items[index];
    *place =
        arena_printf(places->arena, "%020" PRIu64 " %s", UINT64_MAX - item->lookups, item->object);
    return place->data == NULL ? arena_full(places->arena) : status_ok();
}

struct status costly_page(struct snapshot *snapshot, size_t above, size_t looked_max,
                          const struct page_ask *ask, struct costly_page *page)
{
    const struct str words[] = { STR("costly"), arena_printf(snapshot->arena, "%zu", above) };
    struct costly_list list;
    struct page_part part;
    struct page at;
    if (words[1].data == NULL) {
        return arena_full(snapshot->arena);
    }
    TRY(page_begin(&at, snapshot, ask, words, 2));
    TRY(costly_objects(snapshot, above, looked_max, &list));
    struct costly_places places = { snapshot->arena, &list };
    TRY(page_of_list(&at, costly_place, &places, list.count, &part));
    *page = (struct costly_page){ part.count == 0 ? NULL : list.items + part.first, part.count,
                                  part.end };
    return status_ok();
}
