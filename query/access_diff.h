/* Who has gained or lost which permission on what between two moments. */
#ifndef QUERY_ACCESS_DIFF_H
#define QUERY_ACCESS_DIFF_H

#include "query/page.h"

struct access_diff_question {
    struct str subject; /* id or name:X; empty: all */
    struct str from;    /* the other moment, as snapshot_ask takes it; must not be empty */
    int64_t now_us;     /* the asker's clock */
};

/* Lines lie in the snapshot's arena. */
struct access_diff_list {
    Agency__V1__AccessLine **lines; /* subject by subject, of each all */
    size_t count;
    struct moment from;
    struct page_end end;
};

/* A page: subjects are looked at until it has as many lines as it may, or enough of them were.
 * INVALID_ARGUMENT: `from` is missing or no moment, or as page.h has it. NOT_FOUND: nothing has
 * that name. */
MUST_USE struct status access_diff_page(struct snapshot *snapshot,
                                        const struct access_diff_question *question,
                                        const struct page_ask *ask, struct access_diff_list *list);

#endif
