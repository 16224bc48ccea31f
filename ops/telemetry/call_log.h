/* Lines about calls and decisions: each at level debug, the server's own faults at level warn. No
 * header is written but the two that name a request, so no token or key ever is. */
#ifndef OPS_TELEMETRY_CALL_LOG_H
#define OPS_TELEMETRY_CALL_LOG_H

#include "core/base/diag.h"
#include "core/rpc/observer.h"
#include "writers/watch.h"

void call_log_ended(struct diag *diag, const struct rpc_ended *ended, int64_t now_us);
void call_log_decided(struct diag *diag, const struct decided *decided);

#endif
