/* Who is at the other end of a connection, as far as the transport knows. */
#ifndef CORE_RPC_PEER_H
#define CORE_RPC_PEER_H

#include "core/base/str.h"

enum { RPC_ADDRESS_SIZE = 64 };

struct rpc_peer {
    char address[RPC_ADDRESS_SIZE]; /* "127.0.0.1:4711", "[::1]:4711" or "unix" */
    bool local;                     /* on this machine: loopback or a Unix socket */
    bool owner; /* a Unix socket, and the other end runs as our own user, or as root */
    bool tls;
    struct str certificate; /* the client's, verified, in DER; empty when there is none */
};

#endif
