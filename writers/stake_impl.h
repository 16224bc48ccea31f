/* What the files of stake share. */
#ifndef WRITERS_STAKE_IMPL_H
#define WRITERS_STAKE_IMPL_H

#include "writers/stake.h"

/* Under load the store is written so often: for that long decisions gather, before what is under
 * way must be confirmed. Nobody waits for a store but who reads it; a large batch costs less. */
enum { STAKE_BATCH_US = 500 * 1000 };

/* Closes the partition, and forgets what is under way. */
void stake_close(struct stake *stake);
/* Decides no more, and forgets what is under way; the fold, too, if there is something under way,
 * since it holds that: the partition is closed then. */
void stake_drop(struct stake *stake);
/* Deals with a failure: the log's is the wire's; after any other the partition is opened again if
 * that may help, or stops. */
void stake_fail(struct stake *stake, struct status why, const struct stake_time *time);
/* Tells a person, once. */
void stake_tell(struct stake *stake, struct status what);
/* Tells that nobody will ever serve it here, if so it is. */
void stake_tell_closed(struct stake *stake);

/* Reads the decisions from the first that is not judged on, or no longer. UNAVAILABLE: the log. */
MUST_USE struct status stake_read_on(struct stake *stake);
void stake_read_off(struct stake *stake);

/* The store lacks something from now on. */
void stake_soil(struct stake *stake, const struct stake_time *time);
/* Writes a batch that must end, so that the next record may be taken. */
MUST_USE struct status stake_make_room(struct stake *stake);

static inline bool stake_is_quiet(const struct stake *stake)
{
    return stake->records_begin == stake->records_end;
}

struct owner_timing stake_timing(const struct stake *stake);
bool stake_take_over_due(const struct stake *stake, const struct stake_time *time);
void stake_take_over(struct stake *stake, const struct stake_time *time);

#endif
