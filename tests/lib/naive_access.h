/* The access matrix by its definition: over all entities of a moment, without an index, a budget or
 * a search. */
#ifndef TESTS_LIB_NAIVE_ACCESS_H
#define TESTS_LIB_NAIVE_ACCESS_H

#include "core/base/omap.h"
#include "core/domain/feed/access_entry.h"
#include "query/snapshot.h"

/* What a matrix has for a subject and an entry, as a key; lies in the arena. */
struct str naive_access_key(struct arena *arena, struct str subject_id,
                            const struct access_entry *entry);

/* Fills `matrix` with the keys of the snapshot's org at a time. */
void naive_access(struct snapshot *snapshot, int64_t at_us, struct omap *matrix);

#endif
