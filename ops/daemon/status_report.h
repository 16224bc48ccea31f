/* The bulletin: what a process says about itself, on the log's stream `status`, for agencyctl
 * status and for dashboards. It is lost rather than waited for. One thread. */
#ifndef OPS_DAEMON_STATUS_REPORT_H
#define OPS_DAEMON_STATUS_REPORT_H

#include "core/base/diag.h"
#include "ops/data_dir.h"
#include "writers/cluster/server.h"

struct bulletin_options {
    const struct data_dir *dir; /* borrowed, with all else */
    uint64_t process;
    unsigned roles; /* enum daemon_role */
    int64_t every_us;
    struct clock clock;
    struct diag *diag;
};

/* How the process is. */
struct bulletin_facts {
    const struct replica_status *partitions;
    const uint64_t *published; /* of each of them: up to which sequence; 0: it does not publish */
    uint32_t partitions_count;
    uint64_t published_count; /* outcomes and events since the start */
};

struct bulletin;

/* Opens nothing yet. Gives it. */
struct bulletin *bulletin_open(const struct bulletin_options *options);
/* Says that the process leaves and how it was last, if the log takes it within a second. NULL is
 * fine. */
void bulletin_close(struct bulletin *bulletin, const struct bulletin_facts *facts);

/* Says how it is when it is time to. */
void bulletin_step(struct bulletin *bulletin, const struct bulletin_facts *facts);

#endif
