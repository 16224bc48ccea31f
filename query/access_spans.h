/* What somebody ever had, and from when to when: what was gained and lost, put together. */
#ifndef QUERY_ACCESS_SPANS_H
#define QUERY_ACCESS_SPANS_H

#include "core/base/omap.h"
#include "query/access_changes.h"

struct access_spans {
    struct arena *arena;
    struct omap open; /* what is had: subject, permission, object and what conditions it -> its
                         place among the items */
    Agency__V1__AccessSpan **items; /* in the order in which they began */
    size_t count, room;
};

/* None yet; they lie in the arena. */
void access_spans_init(struct access_spans *spans, struct arena *arena);
void access_spans_release(struct access_spans *spans);
/* The next decision's lines. Copies what it keeps. */
MUST_USE struct status access_spans_add(struct access_spans *spans,
                                        const Agency__V1__AccessChange *change);

struct access_spans_page {
    Agency__V1__AccessSpan **items;
    size_t count;
    struct page_end end;
};

/* A page of the spans of a subject, both directions of whose changes the question asks for.
 * RESOURCE_EXHAUSTED: too much was decided since `from`. Statuses of access_changes_page. */
MUST_USE struct status access_spans_page(struct snapshot *snapshot,
                                         const struct access_changes_question *question,
                                         const struct page_ask *ask,
                                         struct access_spans_page *page);

#endif
