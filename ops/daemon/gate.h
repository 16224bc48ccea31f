/* Who comes in to the API: finds out who calls, and turns away whoever may not. */
#ifndef OPS_DAEMON_GATE_H
#define OPS_DAEMON_GATE_H

#include "core/auth/admitted.h"
#include "core/rpc/server.h"
#include "ops/folder_conf.h"

struct gate_options {
    struct str cluster_key;           /* hides identities; empty: not here */
    const struct folder_conf *folder; /* who is an operator */
    struct str anonymous; /* the operator that callers of this machine are who show nothing; empty:
                             they are refused */
};

struct gate;

/* Gives it; borrows all. INVALID_ARGUMENT: `anonymous` is no operator. */
MUST_USE struct status gate_open(const struct gate_options *options, struct gate **gate);
/* When the server is closed. NULL is fine. */
void gate_close(struct gate *gate);

/* What the server asks; valid until it is closed. */
const struct rpc_gate *gate_port(const struct gate *gate);

#endif
