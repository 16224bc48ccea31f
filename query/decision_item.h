/* A decision as clients see it: its command by name, its times as times. */
#ifndef QUERY_DECISION_ITEM_H
#define QUERY_DECISION_ITEM_H

#include "query/snapshot.h"

/* Of the snapshot's org. Borrows from the row; the item lies in the arena. Why constraints were not
 * true is for who may read all of the org: it has values of whatever they read. */
MUST_USE struct status decision_item(const struct snapshot *snapshot, struct arena *arena,
                                     const Agency__V1__DecisionRow *row,
                                     Agency__V1__DecisionItem **item);
/* The same of the decision of a snapshot's org by its number; it lies in the snapshot's arena. */
MUST_USE struct status decision_item_at(struct snapshot *snapshot, uint64_t org_sequence,
                                        Agency__V1__DecisionItem **item);
/* The name of a command by its number; "Elapse" where there was none, as the time of some entities
 * had come; "?" for a number that there is none of. Static memory. */
const char *decision_item_command(uint32_t command, size_t elapsed_count);

#endif
