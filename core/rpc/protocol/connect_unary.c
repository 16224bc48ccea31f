/* Connect's unary calls, by POST or, of methods that change nothing, by GET: the message is the
 * body, an error is JSON with the HTTP status of its code, trailers are headers with a prefix. */
#include "core/base/base64.h"
#include "core/rpc/http/url.h"
#include "core/rpc/protocol/connect.h"
#include "core/rpc/protocol/connect_code.h"

static const struct connect_names connect_names = { "content-encoding", "accept-encoding" };

/* The message is all of the body, so its size is known when it is too large. */
static void connect_read(struct rpc_call *call)
{
    if (call->in.size > call->host->message_size_max) {
        struct status large =
            status_error(STATUS_RESOURCE_EXHAUSTED, "expected a message of at most %zu bytes",
                         call->host->message_size_max);
        rpc_call_fail(call, &large);
    }
}

static void connect_whole(struct rpc_call *call)
{
    struct str message = buf_str(&call->in);
    struct buf *scratch = &call->host->scratch;
    buf_clear(scratch);
    if (call->request_compression != COMPRESSION_IDENTITY) {
        struct status st = compression_expand(&call->host->compressor, call->request_compression,
                                              message, call->host->message_size_max, scratch);
        if (st.code != STATUS_OK) {
            rpc_call_fail(call, &st);
            return;
        }
        message = buf_str(scratch);
    }
    call->in_at = call->in.size;
    if (rpc_call_deliver(call, message)) {
        rpc_call_half_close(call);
    }
}

static void connect_send(struct rpc_call *call, struct str message)
{
    compression_shrink(&call->host->compressor, call->answer_compression, message,
                       exchange_out(call->exchange));
}

static void connect_send_headers(struct rpc_call *call)
{
    (void)call; /* the status is not known before the end */
}

static void connect_trailers(struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->trailers.count; i++) {
        const struct http_field *field = &exchange->trailers.items[i];
        struct str parts[] = { STR("trailer-"), field->name };
        struct str name = arena_join(&exchange->arena, parts, 2);
        if (name.data != NULL) {
            exchange_header(exchange, name, field->value);
        }
    }
    exchange->trailers.count = 0;
}

static void connect_finish(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    connect_trailers(exchange);
    if (status->code == STATUS_OK) {
        exchange_header(exchange, STR("content-type"),
                        call->codec == CODEC_JSON ? STR("application/json")
                                                  : STR("application/proto"));
        if (call->answer_compression != COMPRESSION_IDENTITY) {
            exchange_header(exchange, STR("content-encoding"),
                            compression_name(call->answer_compression));
        }
        exchange_finish(exchange, 200);
        return;
    }
    exchange_drop_queue(exchange);
    connect_error(call, status, exchange_out(exchange));
    exchange_header(exchange, STR("content-type"), STR("application/json"));
    exchange_finish(exchange, connect_code_http(status->code));
}

const struct protocol protocol_connect = {
    .read = connect_read,
    .whole = connect_whole,
    .send = connect_send,
    .send_headers = connect_send_headers,
    .finish = connect_finish,
};

void connect_begin(struct exchange *exchange, const struct rpc_entry *entry,
                   enum protocol_codec codec)
{
    if (!str_eq(exchange->method, STR("POST"))) {
        exchange_header(exchange, STR("allow"), STR("POST"));
        exchange_answer(exchange, 405, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    if (entry != NULL && entry->method.kind != RPC_UNARY) {
        exchange_header(exchange, STR("accept-post"),
                        STR("application/connect+proto, application/connect+json"));
        exchange_answer(exchange, 415, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    struct rpc_call *call = rpc_call_new(exchange, &protocol_connect, entry);
    call->codec = codec;
    struct status st = connect_accept(call, &connect_names);
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
    } else {
        rpc_call_start(call);
    }
}

/* The message out of the query: base64 where it says so. */
static struct status connect_get_message(struct rpc_call *call)
{
    struct arena *arena = &call->exchange->arena;
    struct str query = call->exchange->query;
    struct str message = url_get(arena, query, STR("message"));
    struct str compression = url_get(arena, query, STR("compression"));
    if (!compression_find(compression, &call->request_compression)) {
        return status_error(STATUS_UNIMPLEMENTED,
                            "expected one of " COMPRESSION_NAMES " as compression, not '%.*s'",
                            STR_ARG(compression));
    }
    if (message.data == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a message in the query");
    }
    if (!str_eq(url_get(arena, query, STR("base64")), STR("1"))) {
        buf_append(&call->in, message);
        return status_ok();
    }
    size_t size;
    if (!base64_decode(message, buf_reserve(&call->in, base64_decoded_size_max(message.size) + 1),
                       &size)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected the message in base64");
    }
    call->in.size += size;
    return status_ok();
}

void connect_get_begin(struct exchange *exchange, const struct rpc_entry *entry)
{
    struct str encoding = url_get(&exchange->arena, exchange->query, STR("encoding"));
    bool json = str_eq(encoding, STR("json"));
    if (!entry->method.safe || entry->method.kind != RPC_UNARY) {
        exchange_header(exchange, STR("allow"), STR("POST"));
        exchange_answer(exchange, 405, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    if (!json && !str_eq(encoding, STR("proto"))) {
        exchange_answer(exchange, 415, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    struct rpc_call *call = rpc_call_new(exchange, &protocol_connect, entry);
    call->codec = json ? CODEC_JSON : CODEC_PROTO;
    struct status st = connect_accept(call, &connect_names);
    if (st.code == STATUS_OK) {
        st = connect_get_message(call);
    }
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
    } else {
        rpc_call_start(call);
    }
}
