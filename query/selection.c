/* Entities are looked at in chunks, of which all but the first are forgotten one by one; what
 * passes is kept. Without an order the place is that of the list, and a page ends as soon as it is
 * full. With one every page looks at all that the filter leaves and keeps the lowest ones behind
 * its place, which is the key of the last one (order.h). */
#include "query/selection.h"

#include "core/base/buf.h"
#include "core/domain/kernel/evolve.h"
#include "core/pb/message.h"
#include "query/cel_filter.h"
#include "query/order.h"
#include "query/rank.h"

enum { SELECTION_CHUNK = 1000, SELECTION_CHUNK_MIN = 64 };
static const size_t SELECTION_CHUNK_MEMORY = (size_t)256 << 20;
static const size_t SELECTION_RANK_MEMORY = (size_t)64 << 20;

struct selecting {
    struct snapshot *snapshot;
    const struct selection *selection;
    struct list_request request; /* of the chunk at hand */
    struct cel_filter *filter;   /* NULL: all pass */
    struct order order;
    struct page at;
    struct entities_page *page;
    size_t limit;
    struct arena arena;   /* of a later chunk at hand */
    struct arena *chunks; /* where the chunk at hand lies */
    struct list_page chunk;
    struct buf after; /* where the next chunk goes on */
    struct rank rank;
    uint64_t gas_left;
    bool done; /* all were looked at */
};

/* ---- beginning ---- */

static struct status selection_begin(struct selecting *s, const struct page_ask *ask)
{
    const struct list_request *list = &s->selection->list;
    struct str words[4 + 2 * LIST_FILTERS_MAX] = { STR("list"), STR(""), s->selection->filter,
                                                   s->selection->order };
    size_t count = 4;
    words[1] = arena_printf(s->snapshot->arena, "%d %d", (int)list->kind, list->all);
    if (words[1].data == NULL) {
        return arena_full(s->snapshot->arena);
    }
    for (size_t i = 0; i < list->filters_count && i < LIST_FILTERS_MAX; i++) {
        words[count++] = list->filters[i].field;
        words[count++] = list->filters[i].value;
    }
    return page_begin(&s->at, s->snapshot, ask, words, count);
}

/* What a filter demands in any case may have an index. */
static struct status selection_add_filter(struct selecting *s)
{
    struct list_filter *more = &s->request.filters[s->request.filters_count];
    const size_t room = LIST_FILTERS_MAX - s->request.filters_count;
    size_t count;
    if (s->selection->filter.size == 0) {
        return status_ok();
    }
    TRY(cel_filter_make(s->snapshot->arena, s->request.kind, s->selection->filter, &s->filter));
    TRY(cel_filter_equalities(s->filter, s->snapshot->arena, more, room, &count));
    s->request.filters_count += count;
    return status_ok();
}

static struct status selection_prepare(struct selecting *s, const struct page_ask *ask)
{
    s->request = s->selection->list;
    s->request.org_id = s->snapshot->org_id;
    if (s->request.filters_count > LIST_FILTERS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d filters, but there are %zu", LIST_FILTERS_MAX,
                            s->request.filters_count);
    }
    if (registry_entity(s->request.kind) == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind of entity, but it is %d",
                            (int)s->request.kind);
    }
    TRY(selection_begin(s, ask));
    s->request.moment = s->snapshot->moment;
    s->limit = s->at.limit < LIST_PAGE_MAX ? s->at.limit : LIST_PAGE_MAX;
    TRY(selection_add_filter(s));
    return s->selection->order.size == 0
               ? status_ok()
               : order_parse(s->request.kind, s->selection->order, &s->order);
}

/* ---- chunks ---- */

static struct status selection_chunk(struct selecting *s, size_t size)
{
    bool first = s->page->looked == 0 && s->selection->order.size == 0;
    s->chunks = first ? s->snapshot->arena : &s->arena;
    arena_reset(&s->arena);
    s->request.page_size = size < SELECTION_CHUNK ? size : SELECTION_CHUNK;
    s->request.looked_max = SELECTION_CHUNK;
    s->request.after = buf_str(&s->after);
    TRY(list_page(s->snapshot->reader, s->chunks, &s->request, &s->chunk));
    s->after.size = 0;
    buf_append(&s->after, s->chunk.end);
    s->done = s->chunk.end.size == 0;
    s->page->looked += s->chunk.looked;
    s->page->index = s->chunk.index;
    return status_ok();
}

static struct status selection_passes(struct selecting *s, size_t i, bool *passes)
{
    uint64_t gas = 0;
    *passes = true;
    if (s->filter == NULL) {
        return status_ok();
    }
    TRY(cel_filter_passes(s->filter, s->chunk.items[i], passes, &gas));
    s->gas_left -= gas < s->gas_left ? gas : s->gas_left;
    return status_ok();
}

/* Takes an entity of the chunk to the page. */
static struct status selection_keep(struct selecting *s, size_t i)
{
    ProtobufCMessage *entity = (ProtobufCMessage *)(uintptr_t)s->chunk.items[i];
    if (s->chunks == &s->arena) {
        TRY(pb_unpack(s->snapshot->arena, entity->descriptor, s->chunk.values[i], PB_STORED,
                      &entity));
    }
    s->page->items[s->page->count++] = entity;
    return status_ok();
}

/* ---- as they come ---- */

/* Takes what passes of a chunk; *full: the page ended within it, behind `after`. */
static struct status selection_take(struct selecting *s, bool *full)
{
    *full = false;
    for (size_t i = 0; i < s->chunk.count && !*full; i++) {
        bool passes;
        TRY(selection_passes(s, i, &passes));
        if (passes) {
            TRY(selection_keep(s, i));
        }
        *full = s->page->count == s->limit || s->gas_left == 0;
        if (*full) {
            s->done = s->done && i + 1 == s->chunk.count;
            s->after.size = 0;
            buf_append(&s->after, s->chunk.places[i]);
        }
    }
    return status_ok();
}

static struct status selection_unordered(struct selecting *s)
{
    bool full = false;
    buf_append(&s->after, s->at.place);
    while (!full && !s->done && s->page->looked < SELECTION_LOOKED_MAX) {
        size_t left = s->limit - s->page->count;
        bool first = s->page->looked == 0;
        TRY(selection_chunk(s, first || left > SELECTION_CHUNK_MIN ? left : SELECTION_CHUNK_MIN));
        TRY(selection_take(s, &full));
    }
    return s->done
               ? status_ok()
               : page_end_at(&s->at, buf_str(&s->after), s->page->count < s->limit, &s->page->end);
}

/* ---- in order ---- */

static struct status selection_offer(struct selecting *s, size_t i, struct buf *key)
{
    struct str id;
    key->size = 0;
    TRY(evolve_entity_id(&s->arena, s->request.kind, s->chunk.items[i], &id));
    order_key(&s->order, s->chunk.items[i], id, key);
    bool behind = s->at.place.size == 0 || str_cmp(buf_str(key), s->at.place) > 0;
    return behind ? rank_offer(&s->rank, buf_str(key)) : status_ok();
}

static struct status selection_offer_all(struct selecting *s)
{
    struct buf key = { 0 };
    struct status st = status_ok();
    for (size_t i = 0; i < s->chunk.count && st.code == STATUS_OK; i++) {
        bool passes;
        st = selection_passes(s, i, &passes);
        if (st.code == STATUS_OK && passes) {
            st = selection_offer(s, i, &key);
        }
    }
    buf_release(&key);
    return st;
}

static struct status selection_exhausted(const struct selecting *s)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected at most %d entities and %d gas to put them in order, but there "
                        "are more: a filter on an indexed field leaves fewer, %zu were looked at",
                        SELECTION_ORDERED_MAX, SELECTION_ORDERED_GAS_MAX, s->page->looked);
}

static struct status selection_tell(struct selecting *s)
{
    const struct str *keys;
    size_t count;
    TRY(rank_take(&s->rank, &keys, &count));
    for (size_t i = 0; i < count && i < s->limit; i++) {
        struct str id;
        const ProtobufCMessage *entity;
        TRY(order_key_id(&s->order, s->snapshot->arena, keys[i], &id));
        TRY(view_get(&s->snapshot->org.view, s->request.kind, id, &entity));
        if (entity == NULL) {
            return status_error(STATUS_DATA_LOSS, "expected the entity '%.*s'", STR_ARG(id));
        }
        s->page->items[s->page->count++] = entity;
    }
    return count <= s->limit ? status_ok()
                             : page_end_at(&s->at, keys[s->limit - 1], false, &s->page->end);
}

/* One more than the page holds says whether there is a next one. */
static struct status selection_ordered(struct selecting *s)
{
    s->gas_left = SELECTION_ORDERED_GAS_MAX;
    rank_init(&s->rank, s->limit + 1, SELECTION_RANK_MEMORY);
    while (!s->done) {
        TRY(selection_chunk(s, SELECTION_CHUNK));
        TRY(selection_offer_all(s));
        if (s->gas_left == 0 || (!s->done && s->page->looked >= SELECTION_ORDERED_MAX)) {
            return selection_exhausted(s);
        }
    }
    return selection_tell(s);
}

/* ---- the page ---- */

struct status selection_page(struct snapshot *snapshot, const struct selection *selection,
                             const struct page_ask *ask, struct entities_page *page)
{
    struct selecting s = {
        .snapshot = snapshot, .selection = selection, .page = page, .gas_left = SELECTION_GAS_MAX
    };
    *page = (struct entities_page){ 0 };
    arena_init(&s.arena, SELECTION_CHUNK_MEMORY);
    struct status st = selection_prepare(&s, ask);
    if (st.code == STATUS_OK) {
        page->items = arena_alloc(snapshot->arena, s.limit * sizeof *page->items);
        st = page->items == NULL          ? arena_full(snapshot->arena)
             : selection->order.size == 0 ? selection_unordered(&s)
                                          : selection_ordered(&s);
    }
    rank_release(&s.rank);
    cel_filter_release(s.filter);
    buf_release(&s.after);
    arena_release(&s.arena);
    return st;
}
