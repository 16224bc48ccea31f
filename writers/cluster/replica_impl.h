/* What the files of replica share. */
#ifndef WRITERS_CLUSTER_REPLICA_IMPL_H
#define WRITERS_CLUSTER_REPLICA_IMPL_H

#include "writers/cluster/replica.h"

/* Under load the store is written so often: for that long decisions gather, before what is under
 * way must be confirmed. Nobody waits for a store but who reads it; a large batch costs less. */
enum { REPLICA_BATCH_US = 500 * 1000 };

/* Closes the partition, and forgets what is under way. */
void replica_close(struct replica *replica);
/* Decides no more, and forgets what is under way; the fold, too, if there is something under way,
 * since it holds that: the partition is closed then. */
void replica_drop(struct replica *replica);
/* Deals with a failure: the log's is the session's; after any other the partition is opened again
 * if that may help, or stops. */
void replica_fail(struct replica *replica, struct status why, const struct replica_time *time);
/* Tells a person, once. */
void replica_tell(struct replica *replica, struct status what);
/* Tells that nobody will ever serve it here, if so it is. */
void replica_tell_closed(struct replica *replica);

/* Reads the decisions from the first that is not judged on. UNAVAILABLE: the log. */
MUST_USE struct status replica_read_on(struct replica *replica);

/* The store lacks something from now on. */
void replica_mark_dirty(struct replica *replica, const struct replica_time *time);
/* Writes all that is folded; nothing may be under way. */
MUST_USE struct status replica_write_out(struct replica *replica);
/* Writes a batch that must end, so that the next record may be taken. */
MUST_USE struct status replica_make_room(struct replica *replica);

/* Nothing is decided that is not confirmed. */
static inline bool replica_is_quiet(const struct replica *replica)
{
    return !replica_leads(replica) ||
           replica->decider.chain.sequence == replica->partition->position.chain.sequence;
}

/* Goes on to another state, or stays. */
void replica_move(struct replica *replica, enum replica_state state);

struct leadership_timing replica_timing(const struct replica *replica);
bool replica_election_due(const struct replica *replica, const struct replica_time *time);
void replica_campaign(struct replica *replica, const struct replica_time *time);

#endif
