/* What lies below an object: where else a grant on it counts. The other way round from
 * objects_covering. */
#ifndef CORE_DOMAIN_CHECK_OBJECTS_BELOW_H
#define CORE_DOMAIN_CHECK_OBJECTS_BELOW_H

#include "core/domain/check/objects.h"

/* Starts as { .lookup = lookup }; the list lies in the look-up's arena. */
struct objects_list {
    struct lookup *lookup;
    struct object *items;
    size_t count;
    size_t cap;
};

/* Adds an object and all that it covers, as far as it is live: what is archived or removed is left
 * out together with what lies below it. Of an asset type the assets, without what lies below them;
 * of a job space itself and its groups. The org is added alone: it covers everything. */
MUST_USE struct status objects_list_below(struct objects_list *list, struct object object);

/* Puts them into order of kind and id, each once. */
void objects_list_sort(struct objects_list *list);
/* True if a sorted list has the object. */
bool objects_list_has(const struct objects_list *list, struct object object);

#endif
