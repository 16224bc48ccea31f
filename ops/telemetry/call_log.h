/* Lines about calls and decisions: each at level debug, the server's own faults at level warn. No
 * header is written but the two that name a request, so no token or key ever is; and of a refusal
 * its code alone, as what is wrong with a request is said by quoting it, which may be personal. */
#ifndef OPS_TELEMETRY_CALL_LOG_H
#define OPS_TELEMETRY_CALL_LOG_H

#include "core/base/diag.h"
#include "core/rpc/observer.h"
#include "writers/watch.h"

/* Whether the message of a call with this code is our own: about this server, not about what the
 * caller sent. (A rejection's reason is: what it may quote was hidden before it was decided.) */
bool call_log_tells_why(enum status_code code);

void call_log_ended(struct diag *diag, const struct rpc_ended *ended, int64_t now_us);
void call_log_decided(struct diag *diag, const struct decided *decided);

#endif
