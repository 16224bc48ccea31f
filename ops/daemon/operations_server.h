/* /metrics, /healthz and /readyz at an address of their own, for those who watch: by a thread of
 * its own, so that a scrape holds no call up, and reachable without a credential. */
#ifndef OPS_DAEMON_OPERATIONS_SERVER_H
#define OPS_DAEMON_OPERATIONS_SERVER_H

#include "ops/daemon/daemon_options.h"
#include "ops/telemetry/telemetry.h"

struct operations_server;

/* Serves at the addresses of --operations-listen; gives NULL where there are none. Borrows the
 * telemetry. INVALID_ARGUMENT: no address. UNAVAILABLE: one is taken. */
MUST_USE struct status operations_server_open(const struct daemon_options *options,
                                              struct telemetry *telemetry, struct arena *arena,
                                              struct diag *diag, struct operations_server **server);
/* NULL is fine. */
void operations_server_close(struct operations_server *server);

#endif
