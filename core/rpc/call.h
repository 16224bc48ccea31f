/* One call of a method, whichever protocol carries it: what handlers see. A call lives until it is
 * finished, also when its client has gone. Only the server's thread; other threads hand over with
 * rpc_server_post. */
#ifndef CORE_RPC_CALL_H
#define CORE_RPC_CALL_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/arena.h"
#include "core/rpc/peer.h"

struct rpc_call;

/* The context of its service, and what the handler keeps with the call. */
void *rpc_call_context(const struct rpc_call *call);
void *rpc_call_user(const struct rpc_call *call);
void rpc_call_set_user(struct rpc_call *call, void *user);
/* "agency.v1.Query/Check". */
struct str rpc_call_method(const struct rpc_call *call);
const struct rpc_peer *rpc_call_peer(const struct rpc_call *call);

/* For the gate (struct rpc_gate): lets the call in, as whom; borrowed until the call is finished.
 */
void rpc_call_admit(struct rpc_call *call, const void *as);
/* What the gate keeps with the connection; NULL at first. Only while it is asked, or told. */
void **rpc_call_note(struct rpc_call *call);
/* For handlers: a message of the call carries a proof of who sent it, which is wrong. Tells the
 * gate. */
void rpc_call_unproven(struct rpc_call *call);
/* The connection takes no more requests, and closes when what is under way has been answered. */
void rpc_call_hang_up(struct rpc_call *call);
/* As whom the gate let the call in; NULL where there is no gate. */
const void *rpc_call_admitted(const struct rpc_call *call);
/* The name that the client calls the server by (Host, or :authority). */
struct str rpc_call_authority(const struct rpc_call *call);

/* The first value of a header of the request, by its name in lower case; NULL data if there is
 * none. Borrowed until the call is cancelled or finished. */
struct str rpc_call_metadata(const struct rpc_call *call, struct str name);
/* All of them in order, those of the protocol included; false behind the last. `at` starts at 0. */
bool rpc_call_next_metadata(const struct rpc_call *call, size_t *at, struct str *name,
                            struct str *value);
/* The W3C traceparent under which the call runs: what the server's observer has made of the
 * request's, else the request's, unchecked; empty: none. For who calls others for this call. */
struct str rpc_call_trace(const struct rpc_call *call);
/* For the observer. Copies. */
void rpc_call_set_trace(struct rpc_call *call, struct str trace);
/* The query of a request by GET (behind the '?'); NULL data for others. */
struct str rpc_call_query(const struct rpc_call *call);
/* When the client stops waiting, in microseconds from now; INT64_MAX: never. */
int64_t rpc_call_remaining_us(const struct rpc_call *call);
/* The deadline that the client gave, in milliseconds; -1: none. */
int64_t rpc_call_timeout_ms(const struct rpc_call *call);
/* The client has gone or its deadline has passed. */
bool rpc_call_cancelled(const struct rpc_call *call);

/* Adds to the headers of the answer, before the first message, or to its trailers. Values of names
 * that end in "-bin" are base64, as on the wire; so are those of the request. RESOURCE_EXHAUSTED
 * when there are too many, INVALID_ARGUMENT for what is no name or value. */
MUST_USE struct status rpc_call_header(struct rpc_call *call, struct str name, struct str value);
MUST_USE struct status rpc_call_trailer(struct rpc_call *call, struct str name, struct str value);
/* A detail of the status that the call will be finished with: a message's full name and its packed
 * bytes. RESOURCE_EXHAUSTED when there are too many. */
MUST_USE struct status rpc_call_detail(struct rpc_call *call, struct str type, struct str bytes);

/* Sends a message; of a cancelled call it goes nowhere. A method that answers with one message
 * sends it and finishes. */
void rpc_call_send(struct rpc_call *call, const ProtobufCMessage *message);
/* The same from packed bytes of the output type, which are not looked into where the client wants
 * them so. */
void rpc_call_send_packed(struct rpc_call *call, struct str bytes);
/* The client asked for some fields only: none that has its default value is shown. */
void rpc_call_answer_parts(struct rpc_call *call);
/* The position of the next message in a stream of events: what a client of SSE gives back as
 * Last-Event-ID. */
void rpc_call_event_id(struct rpc_call *call, struct str id);
/* So much is queued that the handler should wait for `room`. */
bool rpc_call_full(const struct rpc_call *call);
/* Sends the headers now, where they would wait for a message. */
void rpc_call_send_headers(struct rpc_call *call);

/* No more messages until the call is let go: what the client sends then waits with it. */
void rpc_call_hold(struct rpc_call *call);
void rpc_call_let_go(struct rpc_call *call);

/* Calls the handler's `wake` after so many microseconds, once; a second call moves it. */
void rpc_call_wake_in(struct rpc_call *call, int64_t delay_us);

/* Ends the call. A status other than OK takes its message and details along. The call is gone. */
void rpc_call_finish(struct rpc_call *call, const struct status *status);
void rpc_call_finish_ok(struct rpc_call *call);
/* Memory until the call is finished, for the handler; at most a few KiB. */
struct arena *rpc_call_arena(struct rpc_call *call);

#endif
