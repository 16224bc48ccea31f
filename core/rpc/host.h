/* What all connections of a server share, without sockets: the services, the limits, the time, and
 * memory to use again. Inside of core/rpc; users see core/rpc/server.h. Only the loop's thread. */
#ifndef CORE_RPC_HOST_H
#define CORE_RPC_HOST_H

#include "core/base/buf.h"
#include "core/rpc/limits.h"
#include "core/rpc/peer.h"
#include "core/rpc/protocol/compression.h"
#include "core/rpc/timers.h"

struct connection;
struct exchange;
struct rpc_call;
struct rpc_observer;
struct rpc_gate;
struct rpc_registry;

struct rpc_host {
    size_t message_size_max;
    int64_t age_us_max;                  /* of a connection; 0: any */
    const struct rpc_observer *observer; /* NULL: nobody */
    const struct rpc_gate *gate;         /* NULL: everybody comes in */
    struct rpc_registry *registry;
    struct rpc_timers timers;
    int64_t now_us;  /* monotonic; the shell sets it before it calls anything */
    uint64_t random; /* for jitter */

    struct connection *connections;
    size_t connections_count;
    struct connection *touched; /* may have something to send */
    size_t calls_count;         /* not finished */
    size_t buffered;            /* bytes of messages that are not whole */
    bool draining;

    struct exchange *spare_exchanges;
    size_t spare_exchanges_count;
    struct rpc_call *spare_calls;
    size_t spare_calls_count;
    struct compressor compressor;
    struct buf scratch;
    struct rpc_timer wipe;
};

/* Borrows `registry`. */
void rpc_host_init(struct rpc_host *host, struct rpc_registry *registry);
/* All connections must be closed, and all calls finished. */
void rpc_host_release(struct rpc_host *host);
/* Ends connections: no new requests, and none that waits for events goes on. */
void rpc_host_drain(struct rpc_host *host);
/* Within a tenth of a second what messages have left in memory that all calls use is wiped. */
void rpc_host_wipe_soon(struct rpc_host *host);
/* Takes the next connection that may have something to send; NULL when there is none. It counts as
 * touched until the shell has looked after it. */
struct connection *rpc_host_next_touched(struct rpc_host *host);

#endif
