/* What gRPC and gRPC-Web share: headers, time-outs, and the status in trailers. */
#ifndef CORE_RPC_PROTOCOL_GRPC_H
#define CORE_RPC_PROTOCOL_GRPC_H

#include "core/rpc/call_inside.h"

/* Reads the headers of a request and starts its call, or refuses it. */
void grpc_accept(struct exchange *exchange, const struct protocol *protocol,
                 const struct rpc_entry *entry, struct str suffix);
/* "10S" in microseconds; false for what is no time-out. */
bool grpc_timeout(struct str text, int64_t *timeout_us);
/* Puts the status into the trailers. */
void grpc_status(struct rpc_call *call, const struct status *status);
/* Queues a message, and lets it go unless more must follow. */
void grpc_send(struct rpc_call *call, struct str message);
void grpc_send_headers(struct rpc_call *call);

#endif
