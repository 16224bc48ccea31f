/* Who gained or lost which permission on what: decision by decision, or between two moments. */
#ifndef QUERY_ACCESS_CHANGES_H
#define QUERY_ACCESS_CHANGES_H

#include "agency/v1/query_service.pb-c.h"
#include "query/page.h"

struct access_changes_question {
    struct str subject; /* id or name:X; empty: all */
    struct str object;  /* as object_text_parse takes it; empty: all */
    bool covering;      /* also what is granted on what covers the object */
    struct str from;    /* a moment as snapshot_ask takes it; empty: before the first decision */
    int64_t now_us;     /* the asker's clock */
    Agency__V1__AccessDirection direction;
};

/* What lies in the snapshot's arena. */
struct access_changes_list {
    Agency__V1__AccessChange **items; /* the oldest first */
    size_t count;
    size_t lines;
    struct page_end end;
};

/* A page of the decisions behind `from` up to the snapshot's moment that changed access.
 * INVALID_ARGUMENT: it is no moment, or behind the snapshot's, the direction is none, a name is
 * empty, or as page.h has it. NOT_FOUND: nothing has that name. */
MUST_USE struct status access_changes_page(struct snapshot *snapshot,
                                           const struct access_changes_question *question,
                                           const struct page_ask *ask,
                                           struct access_changes_list *list);

#endif
