/* Most objects have few grants: one look finds them all. Where there are more (the org, as a rule),
 * the index is asked for one permission, kind of grantee and grantee at a time. The parts of a row
 * say what is needed of most grants, so that the grant itself is not read. */
#include "core/domain/check/granted.h"

#include "core/domain/check/condition.h"
#include "core/domain/kernel/ids.h"

enum {
    PART_PERMISSION = 2,
    PART_KIND,
    PART_GRANTEE,
    PART_END,
    PART_HOW,
    PARTS_GIVEN = PART_KIND,
    GRANTED_PAGE = 64,
};

static struct status granted_add(struct granted *granted, const struct granted_row *row,
                                 struct granted_rows *rows)
{
    ARENA_TRY(granted->lookup->arena, rows->items,
              arena_grow(granted->lookup->arena, rows->items, rows->count, sizeof *rows->items,
                         &rows->cap));
    rows->items[rows->count++] = *row;
    return status_ok();
}

static struct status granted_read_grant(struct granted *granted, struct granted_row *row)
{
    TRY(lookup_known_grant(granted->lookup, row->id, &row->grant));
    return condition_of_grant(granted->lookup->arena, row->grant, &row->condition);
}

/* Adds a grant unless it has expired. */
static struct status granted_add_counting(struct granted *granted, struct granted_row *row,
                                          struct granted_rows *rows)
{
    if (row->end_us <= granted->lookup->at_us) {
        return status_ok();
    }
    if (row->apart && row->grant == NULL) {
        TRY(granted_read_grant(granted, row));
    }
    return granted_add(granted, row, rows);
}

static struct granted_row granted_read(const struct view_row *row)
{
    enum grantee_kind kind = GRANTEE_SUBJECT;
    while (kind < GRANTEE_GROUP && !str_eq(row->parts[PART_KIND], index_kind(kind))) {
        kind++;
    }
    return (struct granted_row){ .kind = kind,
                                 .grantee_id = row->parts[PART_GRANTEE],
                                 .end_us = index_end_time(row->parts[PART_END]),
                                 .id = row->id,
                                 .apart = row->parts[PART_HOW].size > 0 };
}

/* ---- loading ---- */

static void granted_defer(struct granted *granted, const struct object *object,
                          struct str permission)
{
    granted->many[granted->many_count++] =
        (struct granted_list){ .object = object, .permission = permission };
}

/* Reads the grants on an object, of one permission if that is given; *whole: these are all. */
static struct status granted_load_list(struct granted *granted, const struct object *object,
                                       const struct str *permission, bool *whole)
{
    const struct str parts[] = { index_kind(object->kind), object->id,
                                 permission == NULL ? STR("") : *permission };
    const struct view_range range = { .index = INDEX_GRANT_BY_OBJECT,
                                      .parts = parts,
                                      .parts_count = permission == NULL ? 2 : 3,
                                      .limit = GRANTED_AT_ONCE + 1 };
    struct view_row *rows;
    size_t count;
    TRY(lookup_rows(granted->lookup, &range, &rows, &count));
    *whole = count <= GRANTED_AT_ONCE;
    for (size_t i = 0; i < count && *whole; i++) {
        const struct granted_row row = granted_read(&rows[i]);
        if (implied_contain(granted->implied, rows[i].parts[PART_PERMISSION])) {
            TRY(granted_add(granted, &row, &granted->few));
        }
    }
    return status_ok();
}

static struct status granted_load_object(struct granted *granted, const struct object *object)
{
    bool whole = false;
    if (!granted->apart) {
        TRY(granted_load_list(granted, object, NULL, &whole));
    }
    for (size_t i = 0; i < granted->implied->count && !whole; i++) {
        const struct str permission = granted->implied->items[i];
        bool few = false;
        if (granted->apart) {
            TRY(granted_load_list(granted, object, &permission, &few));
        }
        if (!few) {
            granted_defer(granted, object, permission);
        }
    }
    return status_ok();
}

static struct status granted_load(struct granted *granted)
{
    if (granted->loaded) {
        return status_ok();
    }
    size_t many_max = granted->objects->count * granted->implied->count;
    ARENA_TRY(granted->lookup->arena, granted->many,
              arena_alloc(granted->lookup->arena, many_max * sizeof *granted->many));
    for (size_t i = 0; i < granted->objects->count; i++) {
        TRY(granted_load_object(granted, &granted->objects->items[i]));
    }
    granted->loaded = true;
    return status_ok();
}

/* ---- long lists ---- */

/* The rows of a list to one kind of grantee, to one of them if that is given, from some parts on.
 */
static struct status granted_page(struct granted *granted, const struct granted_list *list,
                                  enum grantee_kind kind, const struct str *id,
                                  const struct str *from, size_t from_count, size_t limit,
                                  struct view_row **rows, size_t *count)
{
    const struct str parts[] = { index_kind(list->object->kind), list->object->id, list->permission,
                                 index_kind(kind), id == NULL ? STR("") : *id };
    const struct view_range range = { .index = INDEX_GRANT_BY_OBJECT,
                                      .parts = parts,
                                      .parts_count = PARTS_GIVEN + (id == NULL ? 1 : 2),
                                      .from = from,
                                      .from_count = from_count,
                                      .limit = limit };
    return lookup_rows(granted->lookup, &range, rows, count);
}

static struct status granted_probe(struct granted *granted, struct granted_list *list,
                                   enum grantee_kind kind, bool *any)
{
    if (list->any[kind] == 0) {
        struct view_row *rows;
        size_t count;
        TRY(granted_page(granted, list, kind, NULL, NULL, 0, 1, &rows, &count));
        list->any[kind] = count > 0 ? 1 : -1;
    }
    *any = list->any[kind] > 0;
    return status_ok();
}

struct status granted_many(struct granted *granted, enum grantee_kind kind, bool *any)
{
    *any = false;
    TRY(granted_load(granted));
    for (size_t i = 0; i < granted->many_count && !*any; i++) {
        TRY(granted_probe(granted, &granted->many[i], kind, any));
    }
    return status_ok();
}

struct status granted_any(struct granted *granted, enum grantee_kind kind, bool *any)
{
    TRY(granted_load(granted));
    for (size_t i = 0; i < granted->few.count; i++) {
        if (granted->few.items[i].kind == kind) {
            *any = true;
            return status_ok();
        }
    }
    return granted_many(granted, kind, any);
}

/* Those of a long list to one grantee: what lasts longest comes first, so the first that has ended
 * ends the list. */
static struct status granted_list_to(struct granted *granted, struct granted_list *list,
                                     enum grantee_kind kind, struct str id,
                                     struct granted_rows *rows)
{
    struct str from[] = { STR(""), STR(""), STR("") };
    size_t from_count = 0, count = GRANTED_PAGE;
    bool any, ended = false;
    TRY(granted_probe(granted, list, kind, &any));
    while (any && !ended && count == GRANTED_PAGE) {
        struct view_row *page;
        TRY(granted_page(granted, list, kind, &id, from, from_count, GRANTED_PAGE, &page, &count));
        for (size_t i = 0; i < count && !ended; i++) {
            struct granted_row row = granted_read(&page[i]);
            ended = row.end_us <= granted->lookup->at_us;
            TRY(granted_add_counting(granted, &row, rows));
        }
        if (count == GRANTED_PAGE) {
            const struct view_row *last = &page[count - 1];
            from[0] = last->parts[PART_END];
            from[1] = last->parts[PART_HOW];
            TRY(ids_behind(granted->lookup->arena, last->id, &from[2]));
            from_count = 3;
        }
    }
    return status_ok();
}

/* Those of a long list to all of a kind; what has ended of one grantee is leapt over. */
static struct status granted_list_all(struct granted *granted, struct granted_list *list,
                                      enum grantee_kind kind, struct granted_rows *rows)
{
    struct str from[] = { STR(""), STR(""), STR(""), STR("") };
    size_t from_count = 0, count = GRANTED_PAGE;
    while (count == GRANTED_PAGE) {
        struct view_row *page;
        TRY(granted_page(granted, list, kind, NULL, from, from_count, GRANTED_PAGE, &page, &count));
        for (size_t i = 0; i < count; i++) {
            struct granted_row row = granted_read(&page[i]);
            TRY(granted_add_counting(granted, &row, rows));
        }
        if (count == GRANTED_PAGE) {
            const struct view_row *last = &page[count - 1];
            bool ended = index_end_time(last->parts[PART_END]) <= granted->lookup->at_us;
            from[0] = last->parts[PART_GRANTEE];
            from[1] = ended ? STR("g") /* behind all digits */ : last->parts[PART_END];
            from[2] = last->parts[PART_HOW];
            TRY(ids_behind(granted->lookup->arena, last->id, &from[3]));
            from_count = ended ? 2 : 4;
        }
    }
    return status_ok();
}

/* ---- both ---- */

/* Those of the short lists; to all if no grantee is named. */
static struct status granted_few(struct granted *granted, enum grantee_kind kind,
                                 const struct str *id, struct granted_rows *rows)
{
    for (size_t i = 0; i < granted->few.count; i++) {
        struct granted_row *row = &granted->few.items[i];
        if (row->kind == kind && (id == NULL || str_eq(row->grantee_id, *id))) {
            TRY(granted_add_counting(granted, row, rows));
        }
    }
    return status_ok();
}

struct status granted_to(struct granted *granted, enum grantee_kind kind, struct str id,
                         struct granted_rows *rows)
{
    *rows = (struct granted_rows){ 0 };
    TRY(granted_load(granted));
    TRY(granted_few(granted, kind, &id, rows));
    for (size_t i = 0; i < granted->many_count; i++) {
        TRY(granted_list_to(granted, &granted->many[i], kind, id, rows));
    }
    return status_ok();
}

struct status granted_all(struct granted *granted, enum grantee_kind kind,
                          struct granted_rows *rows)
{
    *rows = (struct granted_rows){ 0 };
    TRY(granted_load(granted));
    TRY(granted_few(granted, kind, NULL, rows));
    for (size_t i = 0; i < granted->many_count; i++) {
        TRY(granted_list_all(granted, &granted->many[i], kind, rows));
    }
    return status_ok();
}
