/* google.rpc.Status, in bytes and in JSON: what an error carries along. */
#ifndef CORE_RPC_PROTOCOL_DETAIL_H
#define CORE_RPC_PROTOCOL_DETAIL_H

#include "core/rpc/call_inside.h"

/* Appends the packed message. */
void detail_pack_status(const struct status *status, const struct rpc_detail *details,
                        struct buf *out);
/* Appends base64 without padding, as both gRPC and Connect have it. */
void detail_base64(struct str bytes, struct buf *out);
/* Appends a text as a JSON string. */
void detail_json_string(struct str text, struct buf *out);
/* Appends Connect's form: [{"type":"google.rpc.BadRequest","value":"base64"}]. */
void detail_json_list(const struct rpc_detail *details, struct buf *out);

#endif
