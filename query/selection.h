/* Entities that a question selects and puts in order. */
#ifndef QUERY_SELECTION_H
#define QUERY_SELECTION_H

#include "query/entities.h"

struct selection {
    struct list_request list; /* kind, filters and all say which; the rest is filled in */
    struct str filter;        /* CEL (cel_filter.h); empty: all */
    struct str order;         /* as order.h has it; empty: by id, or as the index has them */
};

/* Rows that one page looks at: above them it is cut, or refused where the order must be known of
 * all. Gas of all filters on the way. */
enum {
    SELECTION_LOOKED_MAX = 100000,
    SELECTION_ORDERED_MAX = 1000000,
    SELECTION_GAS_MAX = 5000000,
    SELECTION_ORDERED_GAS_MAX = 10000000,
};

/* A page of them, LIST_PAGE_MAX at most. INVALID_ARGUMENT: filter or order is none of this kind, or
 * as list.h and page.h have it. RESOURCE_EXHAUSTED: an entity needs more gas than it may, or there
 * are more to be put in order than SELECTION_ORDERED_MAX. */
MUST_USE struct status selection_page(struct snapshot *snapshot, const struct selection *selection,
                                      const struct page_ask *ask, struct entities_page *page);

#endif
