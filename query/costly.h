/* Objects of which a Check is dear: what is granted on them to seats and groups, with all that
 * these groups include, must be looked at (docs/architecture.md, the price of a Check). */
#ifndef QUERY_COSTLY_H
#define QUERY_COSTLY_H

#include "query/snapshot.h"

/* Look-ups of a side that are told as many; a search has 10,000 (CHECK_LOOKUPS_MAX). */
enum { COSTLY_ABOVE = 5000 };

struct costly_list {
    Agency__V1__CostlyItem *items; /* the dearest first */
    size_t count;
};

/* Those whose own grants take more than so many look-ups; lies in the snapshot's arena. Looks at
 * every grant of the org. */
MUST_USE struct status costly_objects(struct snapshot *snapshot, size_t above,
                                      struct costly_list *list);

#endif
