/* Connect's streams: messages in envelopes, and a last one that says how it ended. The HTTP status
 * is 200 whatever happens. */
#include "core/rpc/protocol/connect.h"
#include "core/rpc/protocol/detail.h"
#include "core/rpc/protocol/envelope.h"

enum { CONNECT_END = 0x02 };

static const struct connect_names stream_names = { "connect-content-encoding",
                                                   "connect-accept-encoding" };

static void stream_send(struct rpc_call *call, struct str message)
{
    envelope_write(call, 0, message);
    if (!rpc_call_answers_one(call)) {
        exchange_respond(call->exchange, 200);
        exchange_more(call->exchange);
    }
}

static void stream_send_headers(struct rpc_call *call)
{
    exchange_respond(call->exchange, 200);
}

/* The first field of a name stands for all of them. */
static bool stream_first(const struct http_fields *fields, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (str_eq(fields->items[i].name, fields->items[at].name)) {
            return false;
        }
    }
    return true;
}

static void stream_values(const struct http_fields *fields, struct str name, struct buf *out)
{
    bool first = true;
    buf_byte(out, '[');
    for (size_t i = 0; i < fields->count; i++) {
        if (str_eq(fields->items[i].name, name)) {
            buf_append(out, first ? STR("") : STR(","));
            detail_json_string(fields->items[i].value, out);
            first = false;
        }
    }
    buf_byte(out, ']');
}

/* {"name":["value", ...], ...} */
static void stream_metadata(const struct http_fields *fields, struct buf *out)
{
    bool first = true;
    buf_byte(out, '{');
    for (size_t i = 0; i < fields->count; i++) {
        if (stream_first(fields, i)) {
            buf_append(out, first ? STR("") : STR(","));
            detail_json_string(fields->items[i].name, out);
            buf_byte(out, ':');
            stream_values(fields, fields->items[i].name, out);
            first = false;
        }
    }
    buf_byte(out, '}');
}

static void stream_finish(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    struct buf end = { 0 };
    bool failed = status->code != STATUS_OK;
    if (failed && !exchange->responded) {
        exchange_drop_queue(exchange);
    }
    buf_byte(&end, '{');
    if (failed) {
        buf_append(&end, STR("\"error\":"));
        connect_error(call, status, &end);
    }
    if (exchange->trailers.count > 0) {
        buf_append(&end, failed ? STR(",\"metadata\":") : STR("\"metadata\":"));
        stream_metadata(&exchange->trailers, &end);
    }
    buf_byte(&end, '}');
    exchange->trailers.count = 0;
    envelope_write(call, CONNECT_END, buf_str(&end));
    exchange_finish(exchange, 200);
    buf_release(&end);
}

const struct protocol protocol_connect_stream = {
    .read = envelope_read,
    .whole = envelope_whole,
    .send = stream_send,
    .send_headers = stream_send_headers,
    .finish = stream_finish,
};

static void stream_headers(struct rpc_call *call)
{
    exchange_header(call->exchange, STR("content-type"),
                    call->codec == CODEC_JSON ? STR("application/connect+json")
                                              : STR("application/connect+proto"));
}

void connect_stream_begin(struct exchange *exchange, const struct rpc_entry *entry,
                          enum protocol_codec codec)
{
    bool unary = entry != NULL && entry->method.kind == RPC_UNARY;
    if (!str_eq(exchange->method, STR("POST")) || unary) {
        exchange_header(exchange, unary ? STR("accept-post") : STR("allow"),
                        unary ? STR("application/proto, application/json") : STR("POST"));
        exchange_answer(exchange, unary ? 415 : 405, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    struct rpc_call *call = rpc_call_new(exchange, &protocol_connect_stream, entry);
    call->codec = codec;
    stream_headers(call);
    struct status st = connect_accept(call, &stream_names);
    if (st.code != STATUS_OK) {
        call->answer_compression = COMPRESSION_IDENTITY;
        rpc_call_fail(call, &st);
        return;
    }
    if (call->answer_compression != COMPRESSION_IDENTITY) {
        exchange_header(exchange, str_z(stream_names.encoding),
                        compression_name(call->answer_compression));
    }
    rpc_call_start(call);
}
