/* Makes a partition's store anew from its log. */
#ifndef REPLAY_REBUILD_H
#define REPLAY_REBUILD_H

#include "replay/verify.h"

/* Verifies the log, and puts the fresh store in the place of the old one, whatever that was: two
 * renames, so that a crash leaves the old, the new, or none (then it is folded again). Not where
 * the log has lost what the old one has seen, unless `accept_lost` says so: *given_up is why then.
 * Nobody else may have the store. Statuses of verify_run: DATA_LOSS also where the old store
 * differed, which is mended then. */
MUST_USE struct status rebuild_run(struct verify *verify, bool accept_lost,
                                   struct status *given_up);

#endif
