/* Who comes in to the API: finds out who calls, and turns away whoever may not (docs/identity.md).
 * It belongs to the server's thread. */
#ifndef OPS_DAEMON_GATE_H
#define OPS_DAEMON_GATE_H

#include "core/auth/admitted.h"
#include "core/auth/fetch.h"
#include "core/base/clock.h"
#include "core/base/diag.h"
#include "core/rpc/server.h"
#include "ops/daemon/trusted.h"

/* A client that shows wrong tokens or signatures so often in a row is asked to connect anew. */
enum { GATE_FAILURES_MAX = 16 };

struct gate_options {
    struct str cluster_key;           /* hides identities; empty: not here */
    const struct folder_conf *folder; /* who is an operator */
    const struct trusted *trusted;
    struct fetch fetch;    /* by which keys of issuers come, in a thread of the gate's */
    struct str anonymous;  /* the operator that callers of this machine are who show nothing; empty:
                              they are refused */
    struct str public_url; /* as clients reach the API; empty: nobody said */
    struct clock clock;
    struct diag *diag;
};

struct gate;

/* Gives it; borrows all. INVALID_ARGUMENT: `anonymous` is no operator, or `public_url` no address.
 */
MUST_USE struct status gate_open(const struct gate_options *options, struct gate **gate);
/* The server runs. UNAVAILABLE: no thread. */
MUST_USE struct status gate_start(struct gate *gate, struct rpc_server *server);
/* Before the server is stopped. NULL is fine. */
void gate_stop(struct gate *gate);
/* When the server is closed. NULL is fine. */
void gate_close(struct gate *gate);

/* What the server asks about calls, and about client certificates; valid until it is closed. */
const struct rpc_gate *gate_port(const struct gate *gate);
const struct rpc_client_judge *gate_client_judge(const struct gate *gate);

#endif
