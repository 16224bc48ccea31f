/* A connection as bytes in and bytes out, without socket, clock or thread: it finds out which
 * version of HTTP the client speaks, and keeps its exchanges and its patience. The shell hands over
 * what it has read, writes what connection_output gives, and closes when it is told to. */
#ifndef CORE_RPC_HTTP_CONNECTION_H
#define CORE_RPC_HTTP_CONNECTION_H

#include "core/rpc/host.h"
#include "core/rpc/http/exchange.h"

struct connection;
struct rpc_call;

/* What a version of HTTP does with a connection. */
struct connection_version {
    size_t (*receive)(struct connection *connection, struct str bytes);
    void (*output)(struct connection *connection, struct buf *out, size_t size_max);
    /* Nothing will be read or written any more. */
    bool (*over)(const struct connection *connection);
    /* In the middle of the headers of a request. */
    bool (*in_headers)(const struct connection *connection);
    /* No new requests; what is under way goes on. `now`: without waiting for those on their way. */
    void (*drain)(struct connection *connection, bool now);
    void (*close)(struct connection *connection);
};

struct connection {
    struct rpc_host *host;
    void *shell; /* the transport's end of it */
    struct connection *previous, *next;
    const struct connection_version *version; /* NULL: not known yet */
    void *session;                            /* the version's */
    struct rpc_peer peer;
    void *note; /* the gate's */

    struct exchange *exchanges;
    size_t exchanges_count;
    struct rpc_call *calls; /* also those whose exchange is gone */
    size_t calls_count;

    struct rpc_timer timer;
    int64_t opened_us;
    int64_t drain_at_us; /* its age; INT64_MAX: never */
    int64_t closes_at_us;
    int64_t received_us;
    int64_t written_us; /* when the socket last took something, or had nothing to take */
    int64_t headers_us; /* since when headers are incomplete; 0: they are not */
    size_t unwritten;   /* bytes that the socket has not taken */

    bool requested; /* has asked for something */
    bool draining;
    bool failed;   /* to be closed, whatever is under way */
    bool room_due; /* some exchange's queue has sunk */
    bool touched;
    struct connection *touched_next;
};

/* Borrows `host`; copies `peer`. */
struct connection *connection_open(struct rpc_host *host, const struct rpc_peer *peer, void *shell);
/* The client is gone or is to be: all exchanges end. */
void connection_close(struct connection *connection);

/* Which version, where TLS has agreed on one. */
void connection_speak(struct connection *connection, bool http2);
/* Gives how many of the bytes it has taken; the others are to be offered again, with more. */
size_t connection_receive(struct connection *connection, struct str bytes);
/* Appends at most about `size_max` bytes of what is to be sent. */
void connection_output(struct connection *connection, struct buf *out, size_t size_max);
/* To be called when the socket has taken something; `unwritten` bytes are left. */
void connection_written(struct connection *connection, size_t unwritten);
/* Whether to close when everything is written. */
bool connection_over(const struct connection *connection);
void connection_drain(struct connection *connection, bool now);

/* There may be something to send: the shell will ask. */
void connection_touch(struct connection *connection);

/* For the versions: a new exchange, with room for its request. */
struct exchange *connection_begin(struct connection *connection, const struct exchange_wire *wire,
                                  void *session);
/* It has ended; `exchange` is gone. */
void connection_end(struct connection *connection, struct exchange *exchange);

#endif
