/* When a span ends is known at the end only, so all that has happened since `from` is looked at for
 * each page. The place of a span is its number: what a page before had stays as it was, since all
 * pages are of one moment. */
#include "query/access_spans.h"

#include "core/base/num.h"
#include "core/model/list.h"
#include "core/pb/message.h"

/* Pages of changes that are put together: of 8,192 decisions each, about two seconds. */
enum { SPANS_CHANGES_MAX = 8 };

void access_spans_init(struct access_spans *spans, struct arena *arena)
{
    *spans = (struct access_spans){ .arena = arena };
    omap_init(&spans->open);
}

void access_spans_release(struct access_spans *spans)
{
    omap_release(&spans->open);
}

/* ---- putting together ---- */

static struct status spans_key(const struct access_spans *spans, const Agency__V1__AccessLine *line,
                               struct str *key)
{
    *key = arena_printf(spans->arena, "%s %s %s %s %s", line->subject_id, line->permission,
                        line->object, line->grant_id, line->role_type);
    return key->data == NULL ? arena_full(spans->arena) : status_ok();
}

static struct status spans_begin(struct access_spans *spans, const Agency__V1__AccessLine *line,
                                 Agency__V1__AccessSpan **span)
{
    const Agency__V1__AccessLine *kept;
    TRY(pb_copy(spans->arena, &line->base, &kept));
    TRY(pb_new(spans->arena, &agency__v1__access_span__descriptor, span));
    (*span)->subject_id = kept->subject_id;
    (*span)->permission = kept->permission;
    (*span)->object = kept->object;
    (*span)->grant_id = kept->grant_id;
    (*span)->role_type = kept->role_type;
    (*span)->path = kept->path;
    (*span)->n_path = kept->n_path;
    ARENA_TRY(
        spans->arena, spans->items,
        arena_grow(spans->arena, spans->items, spans->count, sizeof *spans->items, &spans->room));
    spans->items[spans->count++] = *span;
    return status_ok();
}

static struct status spans_line(struct access_spans *spans, const Agency__V1__AccessLine *line,
                                const Agency__V1__DecisionItem *decision)
{
    Agency__V1__AccessSpan *span = NULL;
    struct str key;
    TRY(spans_key(spans, line, &key));
    const struct omap_entry *open = omap_find(&spans->open, key);
    if (!line->gained && open != NULL) {
        size_t place;
        memcpy(&place, open->value.data, sizeof place);
        omap_delete(&spans->open, key);
        return pb_copy(spans->arena, &decision->base, &spans->items[place]->ended);
    }
    TRY(spans_begin(spans, line, &span));
    if (!line->gained) { /* it had it before the time asked about */
        return pb_copy(spans->arena, &decision->base, &span->ended);
    }
    size_t place = spans->count - 1;
    omap_put(&spans->open, key, str_make(&place, sizeof place), NULL);
    return pb_copy(spans->arena, &decision->base, &span->begun);
}

struct status access_spans_add(struct access_spans *spans, const Agency__V1__AccessChange *change)
{
    for (size_t i = 0; i < change->n_lines && change->decision != NULL; i++) {
        TRY(spans_line(spans, change->lines[i], change->decision));
    }
    return status_ok();
}

/* ---- the page ---- */

static struct status spans_collect(struct snapshot *snapshot,
                                   const struct access_changes_question *question,
                                   struct access_spans *spans)
{
    struct page_ask ask = { .limit = LIST_PAGE_MAX };
    for (int page = 0; page < SPANS_CHANGES_MAX; page++) {
        struct access_changes_list list;
        TRY(access_changes_page(snapshot, question, &ask, &list));
        for (size_t i = 0; i < list.count; i++) {
            TRY(access_spans_add(spans, list.items[i]));
        }
        ask.token = list.end.token;
        if (ask.token.size == 0) {
            return status_ok();
        }
    }
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected less to have happened: name a moment from which on, or put "
                        "ListAccessChanges together");
}

static struct status spans_place(void *list, size_t index, struct str *place)
{
    struct access_spans *spans = list;
    char *bytes;
    ARENA_TRY(spans->arena, bytes, arena_alloc(spans->arena, 8));
    num_put_u64be(bytes, index);
    *place = str_make(bytes, 8);
    return status_ok();
}

static struct status spans_page(struct snapshot *snapshot,
                                const struct access_changes_question *question,
                                const struct page_ask *ask, struct access_spans *spans,
                                struct access_spans_page *page)
{
    const struct str words[] = { STR("access spans"), question->subject, question->object,
                                 question->from, question->covering ? STR("covering") : STR("") };
    struct page at;
    struct page_part part;
    TRY(page_begin(&at, snapshot, ask, words, 5));
    TRY(spans_collect(snapshot, question, spans));
    TRY(page_of_list(&at, spans_place, spans, spans->count, &part));
    *page = (struct access_spans_page){ spans->items + part.first, part.count, part.end };
    return status_ok();
}

struct status access_spans_page(struct snapshot *snapshot,
                                const struct access_changes_question *question,
                                const struct page_ask *ask, struct access_spans_page *page)
{
    struct access_spans spans;
    assert(question->direction == AGENCY__V1__ACCESS_DIRECTION__ACCESS_DIRECTION_UNSPECIFIED);
    access_spans_init(&spans, snapshot->arena);
    struct status st = spans_page(snapshot, question, ask, &spans, page);
    access_spans_release(&spans);
    return st;
}
