/* Inside of core/rpc: what protocols know of a call. */
#ifndef CORE_RPC_CALL_INSIDE_H
#define CORE_RPC_CALL_INSIDE_H

#include "core/pb/json.h"
#include "core/rpc/http/connection.h"
#include "core/rpc/protocol/protocol.h"
#include "core/rpc/registry.h"

/* A detail of a status (google.protobuf.Any, packed apart). */
struct rpc_detail {
    struct rpc_detail *next;
    struct str type; /* "google.rpc.BadRequest" */
    struct str bytes;
};

struct rpc_call {
    struct rpc_host *host;
    struct exchange *exchange;     /* NULL: the client has gone */
    struct connection *connection; /* NULL: the connection, too */
    struct rpc_call *previous, *next;
    const struct rpc_entry *entry;
    const struct protocol *protocol;
    void *user;
    void *observed;   /* what the observer keeps with it */
    struct str trace; /* under which it runs; empty: as the request says */
    int64_t began_us;
    const void *admitted; /* as whom */

    enum protocol_codec codec;
    enum compression request_compression;
    enum compression answer_compression;
    struct buf in;          /* of the body, not yet delivered */
    size_t in_at;           /* bytes of it that are */
    struct arena messages;  /* the message that the handler has */
    struct arena arena;     /* until the end: details, the handler's own */
    ProtobufCMessage *only; /* the message of a method that takes one, until the request is whole */
    struct rpc_detail *details;
    struct rpc_detail *last_detail;
    char event_id[RPC_EVENT_ID_MAX]; /* of the next message */
    size_t event_id_size;
    const struct rpc_path *rest;
    bool parts; /* of messages were asked for */

    struct rpc_timer deadline;
    struct rpc_timer wake;
    struct rpc_timer beat; /* of a stream of events */
    int64_t deadline_us;   /* INT64_MAX: none */
    int64_t timeout_ms;    /* as it was given; -1: none */

    size_t counted; /* bytes of `in` that count in the host's */

    bool observed_end; /* the observer knows */
    bool gated;        /* the gate has not answered; it is held meanwhile */
    bool told;         /* the handler knows of it */
    bool answered;     /* with a message */
    bool held;
    bool whole_read; /* the request is whole, and so has been delivered */
    bool cancelled;
    bool finished; /* memory is used again when nothing runs inside */
    unsigned inside;
};

/* A call of `entry` (NULL: unknown, for an error) carried by an exchange. */
struct rpc_call *rpc_call_new(struct exchange *exchange, const struct protocol *protocol,
                              const struct rpc_entry *entry);
/* All that the headers say is known: the handler hears of it. */
void rpc_call_start(struct rpc_call *call);
/* Sets the deadline, in microseconds from now. */
void rpc_call_set_timeout(struct rpc_call *call, int64_t timeout_us);
/* A message, not compressed: decoded and handed over, or kept until the request is whole. False
 * when the call has failed of it. */
bool rpc_call_deliver(struct rpc_call *call, struct str bytes);
/* The request is whole, and all of it has been delivered. */
void rpc_call_half_close(struct rpc_call *call);
/* The protocol refuses the request; the handler hears of it, if it had begun. */
void rpc_call_fail(struct rpc_call *call, const struct status *status);

/* How its answer is written as JSON. */
struct pb_json_options rpc_call_json(const struct rpc_call *call);

/* The answer is complete, and is not what the handler said. It hears of it soon, not now: it may be
 * what runs. */
void rpc_call_break(struct rpc_call *call, const struct status *status);

/* Answers to the end; the exchange must be there. */
void rpc_call_conclude(struct rpc_call *call, const struct status *status);
/* Tells the observer; `status` NULL: the client did not wait. */
void rpc_call_observe_begin(struct rpc_call *call);
void rpc_call_observe_end(struct rpc_call *call, const struct status *status);

static inline bool rpc_call_takes_one(const struct rpc_call *call)
{
    enum rpc_kind kind = call->entry->method.kind;
    return kind == RPC_UNARY || kind == RPC_SERVER_STREAM;
}

static inline bool rpc_call_answers_one(const struct rpc_call *call)
{
    enum rpc_kind kind = call->entry->method.kind;
    return kind == RPC_UNARY || kind == RPC_CLIENT_STREAM;
}

/* Whether more of the request may be delivered now. */
static inline bool rpc_call_listens(const struct rpc_call *call)
{
    return call->exchange != NULL && !call->held;
}

/* The connection is gone: its calls, whose exchanges have ended, are on their own. */
void rpc_call_orphan(struct connection *connection);
/* Tells the calls of a connection that the server is about to stop. */
void rpc_call_drain(struct connection *connection);
void rpc_call_free_spares(struct rpc_host *host);

#endif
