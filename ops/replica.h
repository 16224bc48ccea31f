/* A replica: stores of partitions that others decide, kept up with the log for as long as it takes.
 * What can be tried again is tried again and told. One thread. */
#ifndef OPS_REPLICA_H
#define OPS_REPLICA_H

#include "core/base/diag.h"
#include "ops/daemon_options.h"
#include "ops/data_dir.h"
#include "writers/cowriter.h"

struct replica_options {
    const struct data_dir *dir; /* borrowed, with all else */
    const struct daemon_partitions *partitions;
    uint64_t cache_size;
    struct clock clock;
    struct diag *diag;
};

struct replica;

/* Opens nothing yet. Gives it. */
struct replica *replica_open(const struct replica_options *options);
/* Flushes. NULL is fine. */
void replica_close(struct replica *replica);

/* Takes what the log has, a bounded number of records; true when nothing was waiting. */
bool replica_step(struct replica *replica);
/* Readable when there is something to take; -1: nothing to wait for. */
int replica_descriptor(const struct replica *replica);
/* One of its partitions, borrowed until the next step; NULL while it cannot be opened. */
struct partition *replica_partition(struct replica *replica, uint32_t number);
/* Its partitions, in order; gives how many. */
uint32_t replica_statuses(struct replica *replica, struct cowriter_status *out, uint32_t max);

#endif
