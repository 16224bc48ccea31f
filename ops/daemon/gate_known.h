/* What the gate knows of a connection: whose certificate it has, how often it has failed. */
#ifndef OPS_DAEMON_GATE_KNOWN_H
#define OPS_DAEMON_GATE_KNOWN_H

#include "core/auth/client_certificate.h"
#include "core/rpc/call.h"

struct gate_known {
    struct arena arena;
    const struct client_certificate *certificate; /* NULL: none */
    unsigned failures;                            /* in a row */
};

/* That of the call's connection, made at its first call; NULL where its certificate cannot be read,
 * which the handshake would not have let in. */
struct gate_known *gate_known_of(struct rpc_call *call);
/* The connection is gone. */
void gate_known_free(struct gate_known *known);

#endif
