/* gRPC-Web (PROTOCOL-WEB.md): gRPC for clients that cannot read trailers, which are the last
 * message of the body instead. Over any version of HTTP. */
#include "core/rpc/protocol/envelope.h"
#include "core/rpc/protocol/grpc.h"

enum { GRPC_WEB_TRAILERS = 0x80 };

static void grpc_web_trailers(const struct http_fields *trailers, struct buf *out)
{
    for (size_t i = 0; i < trailers->count; i++) {
        buf_append(out, trailers->items[i].name);
        buf_append(out, STR(": "));
        buf_append(out, trailers->items[i].value);
        buf_append(out, STR("\r\n"));
    }
}

static void grpc_web_finish(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    struct buf text = { 0 };
    if (status->code != STATUS_OK && !exchange->responded) {
        exchange_drop_queue(exchange); /* an answer that turned out to be none */
    }
    grpc_status(call, status);
    grpc_web_trailers(&exchange->trailers, &text);
    exchange->trailers.count = 0;
    call->answer_compression = COMPRESSION_IDENTITY;
    envelope_write(call, GRPC_WEB_TRAILERS, buf_str(&text));
    exchange_finish(exchange, 200);
    buf_release(&text);
}

const struct protocol protocol_grpc_web = {
    .read = envelope_read,
    .whole = envelope_whole,
    .send = grpc_send,
    .send_headers = grpc_send_headers,
    .finish = grpc_web_finish,
};

void grpc_web_begin(struct exchange *exchange, const struct rpc_entry *entry, struct str suffix)
{
    if (!str_eq(exchange->method, STR("POST"))) {
        exchange_answer(exchange, 405, (struct str){ 0 }, (struct str){ 0 });
    } else {
        grpc_accept(exchange, &protocol_grpc_web, entry, suffix);
    }
}
