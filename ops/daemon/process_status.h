/* How a process is, as a message: for the log's stream of statuses and for the API. */
#ifndef OPS_DAEMON_PROCESS_STATUS_H
#define OPS_DAEMON_PROCESS_STATUS_H

#include "agency/v1/stream.pb-c.h"
#include "writers/cluster/server.h"

/* Which process it is. */
struct process {
    uint64_t number; /* of its data folder; on an embedded log of this run */
    unsigned roles;  /* enum daemon_role */
    int64_t started_us;
};

/* How it is. */
struct process_facts {
    const struct replica_status *partitions;
    const uint64_t *published; /* of each of them: up to which sequence; 0: it does not publish */
    uint32_t partitions_count;
    uint64_t published_count; /* outcomes and events since the start */
    int64_t clock_ahead_us;   /* of the one that it decides by: writers/decider_clock.h */
};

/* The message; lies in the arena. */
MUST_USE struct status process_status_make(struct arena *arena, const struct process *process,
                                           int64_t now_us, const struct process_facts *facts,
                                           Agency__V1__ProcessStatus **status);

#endif
