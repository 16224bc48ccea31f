/* Whether the partitions of a process can do their work. Pure. */
#ifndef OPS_DAEMON_REPLICA_READINESS_H
#define OPS_DAEMON_REPLICA_READINESS_H

#include "writers/cluster/options.h"

/* A leader shows itself in each third of the election timeout: who has seen none of its records for
 * so many of them is behind, or there is no leader. */
enum { REPLICA_READINESS_TURNS = 3 };

/* OK, or UNAVAILABLE: the first partition whose store is made anew or brought up to date, and how
 * far that is; how many are open. */
MUST_USE struct status replica_readiness_open(const struct replica_status *partitions,
                                              uint32_t count);
/* The same, and that it is up to date: the first partition that is not ready, and why. `expected`
 * is how many there should be. */
MUST_USE struct status replica_readiness(const struct replica_status *partitions, uint32_t count,
                                         uint32_t expected, int64_t now_us,
                                         int64_t election_timeout_us);

#endif
