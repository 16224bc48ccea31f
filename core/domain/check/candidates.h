/* The grants that would answer a question, whoever they are for: of a permission that implies the
 * one asked about, on an object that covers the one asked about. */
#ifndef CORE_DOMAIN_CHECK_CANDIDATES_H
#define CORE_DOMAIN_CHECK_CANDIDATES_H

#include "core/domain/check/implied.h"
#include "core/domain/check/objects.h"

struct candidates {
    const Agency__V1__Grant **items; /* live, expired ones included */
    size_t count;
    size_t cap;
    bool apart;     /* never read a list of all permissions on an object, most of which are not
                       asked about; set by who asks */
    bool cut;       /* a list was too long: these are not all */
    bool to_groups; /* one of them is for a group */
};

/* Finds them, as long as no list of one permission on one object is longer than `limit`; they lie
 * in the look-up's arena. RESOURCE_EXHAUSTED over the budget. */
MUST_USE struct status candidates_find(struct lookup *lookup, const struct objects *objects,
                                       const struct implied *implied, size_t limit,
                                       struct candidates *candidates);

/* Whether a live grant is one, wherever it was found. */
bool candidates_match(const Agency__V1__Grant *grant, const struct objects *objects,
                      const struct implied *implied);

#endif
