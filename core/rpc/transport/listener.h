/* A socket that takes connections in. */
#ifndef CORE_RPC_TRANSPORT_LISTENER_H
#define CORE_RPC_TRANSPORT_LISTENER_H

#include "core/rpc/server.h"
#include "core/rpc/transport/loop.h"

struct ssl_ctx_st;
struct evconnlistener;

struct listener {
    struct listener *next;
    struct loop *loop;
    struct evconnlistener *socket;
    struct ssl_ctx_st *tls; /* NULL: clear text */
    bool resting;           /* the process had no descriptor left */
};

/* Listens; gives the port that it got. INVALID_ARGUMENT for a wrong address or certificate,
 * UNAVAILABLE when the address is taken. Belongs to the loop. */
MUST_USE struct status listener_open(struct loop *loop, const struct rpc_listen *listen,
                                     uint16_t *port);
/* Takes no more connections. */
void listener_close_all(struct loop *loop);
/* Listens again where it rested. */
void listener_retry(struct listener *listeners);

#endif
