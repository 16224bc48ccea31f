/* What a process says about itself, on the log's stream `status`, for agencyctl
 * status and for dashboards. It is lost rather than waited for. One thread. */
#ifndef OPS_DAEMON_STATUS_REPORT_H
#define OPS_DAEMON_STATUS_REPORT_H

#include "core/base/diag.h"
#include "ops/daemon/process_status.h"
#include "ops/data_dir.h"

struct status_report_options {
    const struct data_dir *dir; /* borrowed, with all else */
    struct process process;
    int64_t every_us;
    struct clock clock;
    struct diag *diag;
};

struct status_report;

/* Opens nothing yet. Gives it. */
struct status_report *status_report_open(const struct status_report_options *options);
/* Says that the process leaves and how it was last, if the log takes it within a second. NULL is
 * fine. */
void status_report_close(struct status_report *status_report, const struct process_facts *facts);

/* Says how it is when it is time to. */
void status_report_step(struct status_report *status_report, const struct process_facts *facts);

#endif
