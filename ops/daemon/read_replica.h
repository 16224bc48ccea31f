/* A read replica: stores of partitions that others decide, kept up with the log for as long as it
 * takes. What can be tried again is tried again and told. One thread. */
#ifndef OPS_DAEMON_READ_REPLICA_H
#define OPS_DAEMON_READ_REPLICA_H

#include "core/base/diag.h"
#include "ops/daemon/daemon_options.h"
#include "ops/data_dir.h"
#include "writers/cluster/server.h"

struct read_replica_options {
    const struct data_dir *dir; /* borrowed, with all else */
    const struct daemon_partitions *partitions;
    uint64_t cache_size;
    struct shelf *shelf; /* where the stores are shown */
    struct clock clock;
    struct diag *diag;
};

struct read_replica;

/* Opens nothing yet. Gives it. */
struct read_replica *read_replica_open(const struct read_replica_options *options);
/* Flushes. NULL is fine. */
void read_replica_close(struct read_replica *read_replica);

/* Takes what the log has, a bounded number of records; true when nothing was waiting. */
bool read_replica_step(struct read_replica *read_replica);
/* Readable when there is something to take; -1: nothing to wait for. */
int read_replica_descriptor(const struct read_replica *read_replica);
/* One of its partitions, borrowed until the next step; NULL while it cannot be opened. */
struct partition *read_replica_partition(struct read_replica *read_replica, uint32_t number);
/* Its partitions, in order; gives how many. */
uint32_t read_replica_statuses(struct read_replica *read_replica, struct replica_status *out,
                               uint32_t max);

#endif
