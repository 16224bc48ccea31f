/* Methods as paths of JSON, and their streams as server-sent events. */
#ifndef CORE_RPC_PROTOCOL_REST_H
#define CORE_RPC_PROTOCOL_REST_H

#include "core/rpc/call_inside.h"
#include "core/rpc/protocol/rest_path.h"

/* Takes a request whose path has a method; false when no path matches. */
bool rest_begin(struct exchange *exchange);
/* The request of a call as one JSON text: its path, query and body. */
MUST_USE struct status rest_request(struct rpc_call *call, struct str body, struct buf *out);
/* Appends google.rpc.Status as JSON. */
void rest_status(const struct rpc_call *call, const struct status *status, struct buf *out);

void rest_read(struct rpc_call *call);
void rest_whole(struct rpc_call *call);
/* An error with the HTTP status of its code, before anything was sent. */
void rest_fail(struct rpc_call *call, const struct status *status);

/* The next comment that shows that an idle stream is alive. */
void sse_start(struct rpc_call *call);

#endif
