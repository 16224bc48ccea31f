/* Who held which seat from when to when: all stints of an assignment, not only the last. */
#ifndef QUERY_STINTS_H
#define QUERY_STINTS_H

#include "query/snapshot.h"

/* Each stint to `take`: seat by seat, the oldest first; items lie in the snapshot's arena. */
typedef struct status stints_take(void *context, const Agency__V1__StintItem *item);

/* Of a subject or a role, by its id or name:X. INVALID_ARGUMENT: of another kind, or the id is
 * empty. Or as `take` gives. */
MUST_USE struct status stints_each(struct snapshot *snapshot, enum entity_kind kind,
                                   struct str text, stints_take *take, void *context);

#endif
