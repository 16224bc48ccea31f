/* Who held which seat from when to when: all stints of an assignment, not only the last. */
#ifndef QUERY_STINTS_H
#define QUERY_STINTS_H

#include "query/page.h"

/* Stints, seat by seat, the oldest first. They lie in the snapshot's arena. */
struct stints_page {
    Agency__V1__StintItem *items;
    size_t count;
    struct page_end end;
};

/* Those of a subject or a role, by its id or name:X. INVALID_ARGUMENT: of another kind, the id is
 * empty, or as page.h has it. */
MUST_USE struct status stints_page(struct snapshot *snapshot, enum entity_kind kind,
                                   struct str text, const struct page_ask *ask,
                                   struct stints_page *page);

#endif
