/* Messages one behind the other in a body, as gRPC, gRPC-Web and Connect's streams have them: a
 * byte of flags, the size in four bytes, the message. */
#ifndef CORE_RPC_PROTOCOL_ENVELOPE_H
#define CORE_RPC_PROTOCOL_ENVELOPE_H

#include "core/rpc/call_inside.h"

enum { ENVELOPE_HEADER_SIZE = 5, ENVELOPE_COMPRESSED = 1 };

/* Delivers what is whole in call->in. The size is checked before anything is waited for. */
void envelope_read(struct rpc_call *call);
/* The request has ended: nothing may be left. */
void envelope_whole(struct rpc_call *call);
/* Queues a message in its envelope, compressed when the call's answer is. */
void envelope_write(struct rpc_call *call, uint8_t flags, struct str message);

#endif
