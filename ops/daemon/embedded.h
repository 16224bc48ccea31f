/* agencyd on an embedded log: decides and serves in one process, without brokers. */
#ifndef OPS_DAEMON_EMBEDDED_H
#define OPS_DAEMON_EMBEDDED_H

#include "core/base/diag.h"
#include "ops/daemon/daemon_options.h"
#include "ops/data_dir.h"
#include "ops/telemetry/telemetry.h"

struct embedded;

/* Opens the log for writing and serves the API. Gives it; borrows all. FAILED_PRECONDITION: another
 * process writes the log, or it was copied away. Statuses of api_server_open. */
MUST_USE struct status embedded_open(const struct daemon_options *options,
                                     const struct data_dir *dir, struct diag *diag,
                                     struct telemetry *telemetry, struct embedded **embedded);
/* Goes on until `signals` is readable. */
MUST_USE struct status embedded_run(struct embedded *embedded, int signals);
/* Ends all, cleanly; says why the last of it could not be written, if so. NULL is fine. */
MUST_USE struct status embedded_close(struct embedded *embedded);

#endif
