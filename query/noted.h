/* The decisions of all orgs that carry a note, found by the marks of each partition. */
#ifndef QUERY_NOTED_H
#define QUERY_NOTED_H

#include "query/across.h"
#include "query/history_pick.h"

/* Gives a decision of across->org; what lies in across->arena is gone behind the org. */
typedef struct status noted_take(void *context, struct across *across,
                                 const Agency__V1__DecisionRow *row);

/* Those that are wanted: partition by partition, org by org in the order of their ids, in each the
 * newest first; from the place of the page on, `limit` of them at most. INVALID_ARGUMENT: it is no
 * place. */
MUST_USE struct status noted_walk(struct across *across, const struct history_pick *pick,
                                  size_t limit, noted_take *take, void *context,
                                  struct page_end *end);

#endif
