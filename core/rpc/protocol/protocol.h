/* What turns bytes of an exchange into calls, and messages into bytes. */
#ifndef CORE_RPC_PROTOCOL_PROTOCOL_H
#define CORE_RPC_PROTOCOL_PROTOCOL_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/buf.h"

struct exchange;
struct rpc_call;
struct rpc_entry;

enum protocol_codec { CODEC_PROTO, CODEC_JSON };

struct protocol {
    /* There is more of the request in call->in. Called again when a call is let go. */
    void (*read)(struct rpc_call *call);
    /* The request is whole; `read` has seen all of it. */
    void (*whole)(struct rpc_call *call);
    /* A message in the codec of the call, to be framed and sent. */
    void (*send)(struct rpc_call *call, struct str message);
    /* The headers may leave before there is a message. */
    void (*send_headers)(struct rpc_call *call);
    /* The end of the answer. */
    void (*finish)(struct rpc_call *call, const struct status *status);
};

extern const struct protocol protocol_grpc;
extern const struct protocol protocol_grpc_web;
extern const struct protocol protocol_connect;
extern const struct protocol protocol_connect_stream;
extern const struct protocol protocol_rest;
extern const struct protocol protocol_sse;

/* The content type without its parameters, from `prefix` on: "+json" for "application/grpc+json".
 * False when it is another one. */
bool protocol_content_type(const struct exchange *exchange, struct str prefix, struct str *rest);

/* Each takes an exchange with its headers; `entry` is NULL for a method that is not served. */
void grpc_begin(struct exchange *exchange, const struct rpc_entry *entry, struct str suffix);
void grpc_web_begin(struct exchange *exchange, const struct rpc_entry *entry, struct str suffix);
void connect_begin(struct exchange *exchange, const struct rpc_entry *entry,
                   enum protocol_codec codec);
void connect_get_begin(struct exchange *exchange, const struct rpc_entry *entry);
void connect_stream_begin(struct exchange *exchange, const struct rpc_entry *entry,
                          enum protocol_codec codec);

#endif
