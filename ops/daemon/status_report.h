/* What a process says about itself, on the log's stream `status`, for agencyctl
 * status and for dashboards. It is lost rather than waited for. One thread. */
#ifndef OPS_DAEMON_STATUS_REPORT_H
#define OPS_DAEMON_STATUS_REPORT_H

#include "core/base/diag.h"
#include "ops/data_dir.h"
#include "writers/cluster/server.h"

struct status_report_options {
    const struct data_dir *dir; /* borrowed, with all else */
    uint64_t process;
    unsigned roles; /* enum daemon_role */
    int64_t every_us;
    struct clock clock;
    struct diag *diag;
};

/* How the process is. */
struct status_report_facts {
    const struct replica_status *partitions;
    const uint64_t *published; /* of each of them: up to which sequence; 0: it does not publish */
    uint32_t partitions_count;
    uint64_t published_count; /* outcomes and events since the start */
};

struct status_report;

/* Opens nothing yet. Gives it. */
struct status_report *status_report_open(const struct status_report_options *options);
/* Says that the process leaves and how it was last, if the log takes it within a second. NULL is
 * fine. */
void status_report_close(struct status_report *status_report,
                         const struct status_report_facts *facts);

/* Says how it is when it is time to. */
void status_report_step(struct status_report *status_report,
                        const struct status_report_facts *facts);

#endif
