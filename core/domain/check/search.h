/* Two searches for the same way: from the objects down to the subject, and from the subject up.
 * Either is exact by itself; what is piled up on one side does not slow down the other. */
#ifndef CORE_DOMAIN_CHECK_SEARCH_H
#define CORE_DOMAIN_CHECK_SEARCH_H

#include "core/domain/check/granted.h"
#include "core/domain/check/way.h"

/* What both begin with. */
struct search {
    struct lookup *lookup; /* with the budget of this search */
    const struct lineage *lineage;
    struct granted granted;
    bool typed;        /* `types` was filled */
    struct str *types; /* role types that have the permission, in order */
    size_t types_count;
};

/* Finds the best way, if there is any (best->id is empty otherwise). RESOURCE_EXHAUSTED over the
 * budget. */
MUST_USE struct status search_down(struct search *search, struct way *best);
MUST_USE struct status search_up(struct search *search, struct way *best);

/* Finds the way of an owner of the org, who may do everything: however else he could, it is told.
 */
MUST_USE struct status search_owner(struct search *search, struct way *best);

/* ---- what the two share ---- */

/* Offers what is granted to the subjects of one level; and what their seats' types have: of that,
 * one way is better than any by a grant of as many steps. */
MUST_USE struct status search_direct(struct search *search, size_t level, struct way *best);
MUST_USE struct status search_types(struct search *search, size_t level, struct way *best);
/* Offers what is granted to a seat if the subject holds it. */
MUST_USE struct status search_seat(struct search *search, const struct kin *kin,
                                   const struct granted_row *grant, struct way *best);

#endif
