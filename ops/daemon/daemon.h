/* agencyd's inside: what its roles need, composed, and the loop that keeps it going. */
#ifndef OPS_DAEMON_DAEMON_H
#define OPS_DAEMON_DAEMON_H

#include "core/base/diag.h"
#include "ops/daemon/daemon_options.h"
#include "ops/data_dir.h"
#include "ops/telemetry/telemetry.h"

struct daemon;

/* Holds a data folder whose log is on Kafka, waits for the log's brokers, starts what the roles say
 * and serves the API. `signals` is a descriptor that is readable when the process is to end.
 * CANCELLED: it was while the brokers were waited for. FAILED_PRECONDITION: another process has the
 * folder. Other statuses as evlog_kafka_open and api_server_open. Borrows all. */
MUST_USE struct status daemon_open(const struct daemon_options *options, const struct data_dir *dir,
                                   struct diag *diag, struct telemetry *telemetry, int signals,
                                   struct daemon **daemon);
/* Goes on until `signals` is readable. DATA_LOSS: all its partitions have stopped. */
MUST_USE struct status daemon_run(struct daemon *daemon, int signals);
/* Ends all, cleanly. NULL is fine. */
void daemon_close(struct daemon *daemon);

#endif
