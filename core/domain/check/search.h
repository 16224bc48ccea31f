/* Two searches for the same way: from the objects down to the subject, and from the subject up.
 * Either is exact by itself; what is piled up on one side does not slow down the other. */
#ifndef CORE_DOMAIN_CHECK_SEARCH_H
#define CORE_DOMAIN_CHECK_SEARCH_H

#include "core/domain/check/condition.h"
#include "core/domain/check/granted.h"
#include "core/domain/check/way.h"

/* A role type that has the permission. */
struct search_type {
    struct str id;
    bool read;
    const struct condition *condition; /* once it was read: under which it has; NULL: always */
};

/* What both begin with. */
struct search {
    struct lookup *lookup; /* with the budget of this search */
    const struct lineage *lineage;
    struct granted granted;
    struct conditions *conditions;
    bool typed;                /* `types` was filled */
    struct search_type *types; /* in order of ids */
    size_t types_count;
};

/* Ways of equally many steps: the best of those that need no condition, and for each grant or role
 * type with one its best. */
struct ways {
    struct way *conditional;
    size_t count;
    size_t cap;
    struct way best; /* without an id: none */
};

/* None yet. A way is large, and most stages find none: nothing else of it is written. */
static inline void ways_init(struct ways *ways)
{
    ways->count = ways->cap = 0;
    ways->best.id.size = 0;
}

/* Finds the best way, if there is any (best->id is empty otherwise). RESOURCE_EXHAUSTED over the
 * budget. */
MUST_USE struct status search_down(struct search *search, struct way *best);
MUST_USE struct status search_up(struct search *search, struct way *best);

/* Finds the way of an owner of the org, who may do everything: however else he could, it is told.
 */
MUST_USE struct status search_owner(struct search *search, struct way *best);

/* ---- what the two share ---- */

MUST_USE struct status search_offer_conditional(struct search *search, const struct way *way,
                                                struct ways *ways);
/* Adds a way, of which the best of its kind is kept. */
MUST_USE static inline struct status search_offer(struct search *search, const struct way *way,
                                                  struct ways *ways)
{
    if (way->condition != NULL) {
        return search_offer_conditional(search, way, ways);
    }
    way_offer(&ways->best, way);
    return status_ok();
}

/* Evaluates conditions, in the order of the ways, up to the first way that needs none or of which
 * it holds: the best; its id is empty if there is none. */
MUST_USE struct status search_settle(struct search *search, struct ways *ways, struct way *best);

/* Offers what is granted to the subjects of one level. */
MUST_USE struct status search_direct(struct search *search, size_t level, struct ways *ways);
/* Finds the best way by what the types of the seats of one level have: it is better than any by a
 * grant of as many steps. */
MUST_USE struct status search_types(struct search *search, size_t level, struct way *best);
/* Offers what is granted to a seat if the subject holds it. */
MUST_USE struct status search_seat(struct search *search, const struct kin *kin,
                                   const struct granted_row *grant, struct ways *ways);

#endif
