/* The subjects that one inherits from, level by level, each with the best way to it. */
#ifndef CORE_DOMAIN_CHECK_LINEAGE_H
#define CORE_DOMAIN_CHECK_LINEAGE_H

#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/lookup.h"

enum {
    LINEAGE_LEVELS_MAX = 8, /* of inheriting; what is further does not count */
    /* Besides the subject itself: the nearest, of one level those with the smallest ids. */
    LINEAGE_OTHERS_MAX = HIERARCHY_SUBJECTS_MAX,
    /* So many are told of as too far. */
    LINEAGE_LEVELS_TOLD = 2 * LINEAGE_LEVELS_MAX,
    LINEAGE_OTHERS_TOLD = 4 * LINEAGE_OTHERS_MAX,
};

/* One of them. */
struct kin {
    struct str id;
    const Agency__V1__Subject *subject;
    size_t level;
    const struct kin *via; /* one towards the subject asked about; NULL for itself */
};

struct lineage {
    struct kin items[1 + LINEAGE_OTHERS_TOLD]; /* level by level */
    size_t count;
    size_t others_max;
    size_t ends[LINEAGE_LEVELS_TOLD + 1]; /* of each level, in items */
    size_t levels;                        /* that have any */
};

/* Finds the ACTIVE ones of an ACTIVE subject; `deep`: those that are too far to count, too. The
 * lineage must not be moved. RESOURCE_EXHAUSTED over the budget. */
MUST_USE struct status lineage_of(struct lookup *lookup, const Agency__V1__Subject *subject,
                                  bool deep, struct lineage *lineage);

/* The kin of one level; none above the highest. */
const struct kin *lineage_level(const struct lineage *lineage, size_t level, size_t *count);

/* Order of two ways to inherit: ids in byte order from the far end. */
int kin_compare(const struct kin *a, const struct kin *b);

#endif
