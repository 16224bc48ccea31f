/* A page is a scan that begins behind the last key of the page before. Where an index gives what is
 * live, what waits for its beginning follows, from an index of its own; places then begin with the
 * number of the scan. */
#include "core/model/list.h"

#include "core/domain/kernel/fields.h"
#include "core/model/configured.h"
#include "core/model/filter.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* --- one page --- */

struct list {
    struct store_reader *reader;
    struct arena *arena;
    const struct list_request *request;
    struct filter filters[LIST_FILTERS_MAX];
    bool all;                    /* nothing is left out because it has ended */
    struct filter_scan scans[2]; /* the second of what waits, if the first is an index */
    size_t scans_count;
    size_t at; /* the one that goes on */
    enum store_family family;
    struct str prefix; /* of it */
    size_t page_size;
    struct list_page *page;
};

static struct status list_init_filters(struct list *list)
{
    const struct list_request *request = list->request;
    if (request->filters_count > LIST_FILTERS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d filters, but there are %zu", LIST_FILTERS_MAX,
                            request->filters_count);
    }
    list->all = request->all;
    for (size_t i = 0; i < request->filters_count; i++) {
        TRY(filter_init(&list->filters[i], request->kind, &request->filters[i]));
        list->all = list->all || str_eq(request->filters[i].field, STR("status"));
    }
    return status_ok();
}

/* Chooses what to scan: indexes hold only what has not ended. */
static struct status list_init_scans(struct list *list)
{
    const struct list_request *request = list->request;
    struct filter_scan *waiting = &list->scans[1];
    list->scans_count = 1;
    if (list->all) {
        return status_ok();
    }
    TRY(filter_index(list->arena, request->kind, list->filters, request->filters_count,
                     &list->scans[0]));
    if (list->scans[0].index != 0) {
        TRY(filter_waiting(list->arena, request->kind, list->filters, request->filters_count,
                           waiting));
        list->scans_count += waiting->index != 0;
    }
    return status_ok();
}

static struct status list_begin_scan(struct list *list, size_t at)
{
    const struct list_request *request = list->request;
    const struct filter_scan *scan = &list->scans[at];
    struct buf key = { 0 };
    list->at = at;
    if (scan->index != 0) {
        list->family = STORE_INDEX;
        key_index(&key, request->org_id, scan->index, scan->parts);
    } else {
        list->family = STORE_ENTITY;
        key_entities(&key, request->org_id, request->kind);
    }
    list->prefix = arena_copy(list->arena, buf_str(&key));
    buf_release(&key);
    return list->prefix.data == NULL ? arena_full(list->arena) : status_ok();
}

/* Where a page behind this key goes on; the scan's prefix: at its first row. */
static struct status list_place(const struct list *list, struct str key, struct str *place)
{
    char number = (char)('0' + list->at);
    const struct str parts[] = { { &number, 1 }, str_from(key, list->prefix.size) };
    if (list->scans_count == 1) {
        *place = parts[1];
        return status_ok();
    }
    *place = arena_join(list->arena, parts, 2);
    return place->data == NULL ? arena_full(list->arena) : status_ok();
}

static bool list_ended(const struct list *list, const ProtobufCMessage *entity)
{
    return fields_is_over(entity) ||
           fields_expired(fields_expiry(entity), list->request->moment.time_us);
}

static bool list_passes(const struct list *list, const ProtobufCMessage *entity)
{
    if (!list->all && list_ended(list, entity)) {
        return false;
    }
    for (size_t i = 0; i < list->request->filters_count; i++) {
        if (!filter_matches(&list->filters[i], entity)) {
            return false;
        }
    }
    return true;
}

/* ---- rows of the scan ---- */

/* Some rows, and what they lead to. */
enum { LIST_BATCH = 128 };
struct list_batch {
    struct str keys[LIST_BATCH];   /* of the scan */
    struct str values[LIST_BATCH]; /* the packed entities */
    size_t count;
};

/* As many rows as may still be needed; *more: there is another one, which was not taken. */
static struct status list_read(const struct list *list, struct store_scan *scan, size_t limit,
                               struct list_batch *batch, bool *more)
{
    struct store_row row;
    assert(limit > 0 && limit <= LIST_BATCH);
    for (batch->count = 0; batch->count < limit; batch->count++) {
        TRY(store_scan_next(scan, &row));
        *more = row.found;
        if (!row.found) {
            return status_ok();
        }
        batch->keys[batch->count] = arena_copy(list->arena, row.key);
        batch->values[batch->count] = arena_copy(list->arena, row.value);
        if (batch->keys[batch->count].data == NULL || batch->values[batch->count].data == NULL) {
            return arena_full(list->arena);
        }
    }
    return status_ok();
}

/* The entities that index rows name, at once. */
static struct status list_read_entities(const struct list *list, struct list_batch *batch)
{
    struct str keys[LIST_BATCH];
    struct store_row rows[LIST_BATCH];
    assert(batch->count <= LIST_BATCH);
    for (size_t i = 0; i < batch->count; i++) {
        struct str id;
        struct buf key = { 0 };
        assert(batch->keys[i].size > list->prefix.size);
        TRY(key_last_part(list->arena, str_from(batch->keys[i], list->prefix.size), &id));
        key_entity(&key, list->request->org_id, list->request->kind, id);
        keys[i] = arena_copy(list->arena, buf_str(&key));
        buf_release(&key);
        if (keys[i].data == NULL) {
            return arena_full(list->arena);
        }
    }
    TRY(store_multi_get(list->reader, list->arena, STORE_ENTITY, keys, batch->count,
                        moment_as_of(&list->request->moment), rows));
    for (size_t i = 0; i < batch->count; i++) {
        if (!rows[i].found) {
            return status_error(STATUS_DATA_LOSS, "expected the entity that an index row names");
        }
        batch->values[i] = rows[i].value;
    }
    return status_ok();
}

static struct status list_add(struct list *list, struct str key, struct str value)
{
    ProtobufCMessage *entity;
    TRY(pb_unpack(list->arena, registry_entity(list->request->kind)->descriptor, value, PB_STORED,
                  &entity));
    bool left_out = !list_passes(list, entity);
    if (!left_out && list->request->kind == ENTITY_CONFIG && !list->request->all) {
        TRY(configured_is_gone(list->reader, list->arena, list->request->org_id,
                               &list->request->moment, (const Agency__V1__Config *)(void *)entity,
                               &left_out));
    }
    if (!left_out) {
        struct list_page *page = list->page;
        assert(page->count < list->page_size);
        page->items[page->count] = entity;
        page->values[page->count] = value;
        TRY(list_place(list, key, &page->places[page->count]));
        page->count++;
    }
    return status_ok();
}

/* ---- a page of them ---- */

/* How many rows the page may still need; none if it is full. */
static size_t list_left(const struct list *list)
{
    const struct list_page *page = list->page;
    const size_t looked_max = list->request->looked_max;
    assert(page->count <= list->page_size);
    assert(looked_max == 0 || page->looked <= looked_max);
    size_t left = list->page_size - page->count;
    if (looked_max > 0 && looked_max - page->looked < left) {
        left = looked_max - page->looked;
    }
    return left < LIST_BATCH ? left : LIST_BATCH;
}

/* Fills the page; the row behind a full page says whether there is a next one. */
static struct status list_fill(struct list *list, struct store_scan *scan)
{
    struct list_batch batch = { .count = 0 };
    struct str last = list->prefix;
    struct store_row row;
    bool more = true;
    while (more && list_left(list) > 0) {
        TRY(list_read(list, scan, list_left(list), &batch, &more));
        if (list->family == STORE_INDEX && batch.count > 0) {
            TRY(list_read_entities(list, &batch));
        }
        for (size_t i = 0; i < batch.count; i++) {
            TRY(list_add(list, batch.keys[i], batch.values[i]));
        }
        list->page->looked += batch.count;
        last = batch.count > 0 ? batch.keys[batch.count - 1] : last;
    }
    if (!more) {
        return status_ok();
    }
    TRY(store_scan_next(scan, &row));
    assert(list->at > 0 || last.size > list->prefix.size); /* a page looks at one row at least */
    return row.found ? list_place(list, last, &list->page->end) : status_ok();
}

static struct status list_scan(struct list *list, struct str after)
{
    struct buf start = { 0 };
    struct store_scan *scan;
    if (after.size > 0) {
        buf_append(&start, list->prefix);
        buf_append(&start, after);
    }
    struct store_range range = { .prefix = list->prefix,
                                 .start = buf_str(&start),
                                 .after_start = after.size > 0,
                                 .as_of = moment_as_of(&list->request->moment) };
    struct status st = store_scan_open(list->reader, list->family, &range, &scan);
    if (st.code == STATUS_OK) {
        st = list_fill(list, scan);
        store_scan_close(scan);
    }
    buf_release(&start);
    return st;
}

static struct status list_scan_all(struct list *list)
{
    struct str after = list->request->after;
    size_t at = 0;
    if (list->scans_count > 1 && after.size > 0) {
        at = after.data[0] == '0' ? 0 : 1;
        after = str_from(after, 1);
    }
    for (; at < list->scans_count && list->page->end.size == 0; at++) {
        TRY(list_begin_scan(list, at));
        TRY(list_scan(list, after));
        after = STR("");
    }
    return status_ok();
}

static struct status list_init_page(struct list *list)
{
    size_t asked = list->request->page_size;
    list->page_size = asked == 0              ? LIST_PAGE_DEFAULT
                      : asked > LIST_PAGE_MAX ? LIST_PAGE_MAX
                                              : asked;
    assert(list->page_size > 0 && list->page_size <= LIST_PAGE_MAX);
    *list->page = (struct list_page){ .index = list->scans[0].index };
    ARENA_TRY(list->arena, list->page->places,
              arena_alloc(list->arena, list->page_size * sizeof *list->page->places));
    ARENA_TRY(list->arena, list->page->items,
              arena_alloc(list->arena, list->page_size * sizeof *list->page->items));
    ARENA_TRY(list->arena, list->page->values,
              arena_alloc(list->arena, list->page_size * sizeof *list->page->values));
    return status_ok();
}

struct status list_page(struct store_reader *reader, struct arena *arena,
                        const struct list_request *request, struct list_page *page)
{
    struct list list = { .reader = reader, .arena = arena, .request = request, .page = page };
    if (registry_entity(request->kind) == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind of entity, but it is %d",
                            (int)request->kind);
    }
    TRY(list_init_filters(&list));
    TRY(list_init_scans(&list));
    TRY(list_init_page(&list));
    assert(page->count == 0 && page->end.size == 0);
    return list_scan_all(&list);
}
