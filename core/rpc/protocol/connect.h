/* What Connect's unary calls, its GET and its streams share. */
#ifndef CORE_RPC_PROTOCOL_CONNECT_H
#define CORE_RPC_PROTOCOL_CONNECT_H

#include "core/rpc/call_inside.h"

/* Appends {"code":"not_found","message":"...","details":[...]}. */
void connect_error(const struct rpc_call *call, const struct status *status, struct buf *out);

/* Reads the time-out and the encodings by the names of their headers; a status other than OK
 * refuses the call. */
struct connect_names {
    const char *encoding;
    const char *accepted;
};
MUST_USE struct status connect_accept(struct rpc_call *call, const struct connect_names *names);

#endif
