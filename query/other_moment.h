/* The moment with which a question compares that of its snapshot: `from`. */
#ifndef QUERY_OTHER_MOMENT_H
#define QUERY_OTHER_MOMENT_H

#include "query/snapshot.h"

/* Finds it: `from` as snapshot_ask takes it, asked for by a clock that says `now_us`. It has to be
 * as settled and final as the snapshot's. INVALID_ARGUMENT: it is empty, or no moment. Statuses of
 * moment_resolve. */
MUST_USE struct status other_moment_find(struct snapshot *snapshot, struct str from, int64_t now_us,
                                         struct moment *moment);

/* In the place where a page ends: the next one finds the same. */
enum { OTHER_MOMENT_SIZE = 8 + 8 + 1 };
void other_moment_put(const struct moment *moment, char out[OTHER_MOMENT_SIZE]);
MUST_USE struct status other_moment_get(struct snapshot *snapshot, const char *in,
                                        struct moment *moment);

#endif
