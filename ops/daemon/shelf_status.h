/* How far the partitions of an embedded log are, as their stores on a shelf say. One thread. */
#ifndef OPS_DAEMON_SHELF_STATUS_H
#define OPS_DAEMON_SHELF_STATUS_H

#include "core/model/shelf.h"
#include "ops/daemon/process_status.h"
#include "ops/telemetry/telemetry.h"

struct shelf_status;

/* Gives it; borrows the shelf, and the telemetry, which has counted what was decided. */
struct shelf_status *shelf_status_open(struct shelf *shelf, uint32_t partitions_count,
                                       const struct telemetry *telemetry);
/* NULL is fine. */
void shelf_status_close(struct shelf_status *status);

/* What is so now; valid until the next look. A partition that is not shown is OPENING. */
struct process_facts shelf_status_look(struct shelf_status *status);

#endif
