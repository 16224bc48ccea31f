/* What a permission can be on, and where else a grant covers it: the object itself, its ancestors,
 * its asset type, its job space, the org. */
#ifndef CORE_DOMAIN_CHECK_OBJECTS_H
#define CORE_DOMAIN_CHECK_OBJECTS_H

#include "core/domain/kernel/lookup.h"
#include "core/domain/kernel/object.h"

/* Objects that cover one another: 8 levels of parents, the type, the job space and the org. */
enum { OBJECTS_MAX = 16 };

enum object_state {
    OBJECT_LIVE,
    OBJECT_UNKNOWN,  /* there never was such an object (an empty id, or another org's, names none);
                        covered by the org only */
    OBJECT_ARCHIVED, /* it or an ancestor is archived */
    OBJECT_REMOVED,
};

struct objects {
    struct object items[OBJECTS_MAX]; /* the one asked about first, the org last */
    size_t count;
    enum object_state state;
    struct object archived; /* the nearest archived one if state says so */
};

/* All that covers an object. Ids are borrowed from it and from the view. INVALID_ARGUMENT for an
 * asset type (it can be granted on, not asked about) and unknown kinds; RESOURCE_EXHAUSTED for more
 * than OBJECTS_MAX. */
MUST_USE struct status objects_covering(struct lookup *lookup, struct object object,
                                        struct objects *objects);

/* NOT_FOUND: there never was the object that these were to cover. */
MUST_USE struct status objects_known(const struct objects *objects, struct object object);

/* Leaves out what covers the object but not all that lies below it: its asset type, its job space.
 */
void objects_keep_above(struct objects *objects);

bool objects_contain(const struct objects *objects, struct object object);

#endif
