/* The orgs of a partition, as they are now: how somebody finds out what there is to ask about. */
#ifndef QUERY_ORGS_H
#define QUERY_ORGS_H

#include "agency/v1/query.pb-c.h"
#include "core/base/arena.h"
#include "core/store/store.h"

/* Each org of the store behind `after` (empty: all) to `take`, in the order of their ids; items lie
 * in the arena. DATA_LOSS, UNAVAILABLE; or as `take` gives, which says CANCELLED when it has
 * enough: that is OK. */
typedef struct status orgs_take(void *context, const Agency__V1__OrgItem *item);
MUST_USE struct status orgs_each(struct store_reader *reader, struct arena *arena, struct str after,
                                 orgs_take *take, void *context);

#endif
