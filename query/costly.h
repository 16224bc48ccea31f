/* Objects of which a Check is dear: what is granted on them to seats and groups, with all that
 * these groups include, must be looked at (docs/architecture.md, the price of a Check). */
#ifndef QUERY_COSTLY_H
#define QUERY_COSTLY_H

#include "query/page.h"

/* Look-ups of a side that are told as many; a search has 10,000 (CHECK_LOOKUPS_MAX). */
enum { COSTLY_ABOVE = 5000 };
/* Groups that are looked at for somebody over a server, for all objects together. */
enum { COSTLY_LOOKED_MAX = 1000000 };

struct costly_list {
    Agency__V1__CostlyItem *items; /* the dearest first */
    size_t count;
};

/* Those whose own grants take more than so many look-ups; lies in the snapshot's arena. Looks at
 * every grant of the org. RESOURCE_EXHAUSTED: and at more than `looked_max` groups. */
MUST_USE struct status costly_objects(struct snapshot *snapshot, size_t above, size_t looked_max,
                                      struct costly_list *list);

/* A page of them. INVALID_ARGUMENT: as page.h has it. */
struct costly_page {
    const Agency__V1__CostlyItem *items;
    size_t count;
    struct page_end end;
};
MUST_USE struct status costly_page(struct snapshot *snapshot, size_t above, size_t looked_max,
                                   const struct page_ask *ask, struct costly_page *page);

#endif
