/* Who hears what a server does: for metrics, traces and logs, of which core/rpc knows nothing. */
#ifndef CORE_RPC_OBSERVER_H
#define CORE_RPC_OBSERVER_H

#include "core/base/status.h"
#include "core/rpc/peer.h"

struct rpc_call;

/* A call whose client has its answer, or has gone; its handler may not have finished. Borrowed. */
struct rpc_ended {
    const struct rpc_call
        *call;             /* for rpc_call_metadata; where the client has gone there is none */
    struct str method;     /* "agency.v1.Query/Check"; empty: one that is not served */
    size_t number;         /* of the method among all that are served; meaningless without one */
    bool stream;           /* it may answer more than once, for as long as it likes */
    enum status_code code; /* as the client saw it; CANCELLED: it did not wait */
    const char *message;   /* of the status, up to 124 bytes; empty where there is none */
    int64_t began_us;      /* when its bytes came, by the monotonic clock */
    const struct rpc_peer *peer;
    void *note; /* what `begin` gave */
};

/* All run on the server's thread and must not wait; any may be NULL. */
struct rpc_observer {
    void (*connected)(void *self, const struct rpc_peer *peer);
    void (*disconnected)(void *self, const struct rpc_peer *peer);
    /* A connection that was closed at once, as there are too many. */
    void (*turned_away)(void *self);
    /* Bytes of requests and answers, under TLS without its own. */
    void (*moved)(void *self, size_t received, size_t sent);
    /* A request that did not become a call was answered with this status of HTTP. */
    void (*refused)(void *self, unsigned status);
    /* A call has begun: its headers are there (rpc_call_metadata). What it gives comes back with
     * `ended`; rpc_call_set_trace tells the handler. */
    void *(*begin)(void *self, struct rpc_call *call);
    /* Exactly once for each call. */
    void (*ended)(void *self, const struct rpc_ended *ended);
    void *self;
};

#endif
