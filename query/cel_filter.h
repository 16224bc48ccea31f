/* A filter of entities of one kind, in CEL: the entity's fields are its variables (`name`, `on.id`,
 * `metadata`), and the entity itself is `it`, for has(it.expires_at). */
#ifndef QUERY_CEL_FILTER_H
#define QUERY_CEL_FILTER_H

#include "core/model/list.h"

struct cel_filter;

/* Makes a filter in the arena; it borrows the source. INVALID_ARGUMENT: it is no expression of type
 * bool, names what there is not (with the nearest name), or may cost more than CEL_GAS_MAX. */
MUST_USE struct status cel_filter_make(struct arena *arena, enum entity_kind kind,
                                       struct str source, struct cel_filter **filter);
void cel_filter_release(struct cel_filter *filter); /* NULL is fine */

/* The equalities of which every entity that passes fulfils all: what an index can serve. At most
 * `max`; they lie in the arena. */
MUST_USE struct status cel_filter_equalities(const struct cel_filter *filter, struct arena *arena,
                                             struct list_filter *equalities, size_t max,
                                             size_t *count);
/* Whether an entity passes; one of which the expression makes an error does not. *gas is what it
 * cost. RESOURCE_EXHAUSTED: it needs more gas or memory than one may. */
MUST_USE struct status cel_filter_passes(struct cel_filter *filter, const void *entity,
                                         bool *passes, uint64_t *gas);

#endif
