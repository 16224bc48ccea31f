/* A stream as server-sent events (WHATWG HTML, 9.2): each message is a `data`, with the `id` that
 * its handler gave, which a client that comes back sends as Last-Event-ID. A comment every fifteen
 * seconds shows that the stream is alive, to proxies too. */
#include "core/rpc/protocol/rest.h"

enum { SSE_BEAT_SECONDS = 15 };

static void sse_respond(struct rpc_call *call)
{
    struct exchange *exchange = call->exchange;
    if (!exchange->responded) {
        exchange_header(exchange, STR("content-type"), STR("text/event-stream"));
        exchange_header(exchange, STR("cache-control"), STR("no-cache"));
        exchange_respond(exchange, 200);
    }
}

static void sse_set_beat(struct rpc_call *call)
{
    rpc_timer_set(&call->host->timers, &call->beat,
                  call->host->now_us + SSE_BEAT_SECONDS * RPC_SECOND_US);
}

static void sse_beat(struct rpc_timer *timer, int64_t now_us)
{
    (void)now_us;
    struct rpc_call *call =
        (struct rpc_call *)(void *)((char *)timer - offsetof(struct rpc_call, beat));
    if (call->exchange != NULL && call->exchange->whole) {
        sse_respond(call);
        exchange_write(call->exchange, STR(":\n\n"));
        sse_set_beat(call);
    }
}

void sse_start(struct rpc_call *call)
{
    call->beat.fire = sse_beat;
    sse_set_beat(call);
}

static void sse_send(struct rpc_call *call, struct str message)
{
    struct buf *out = exchange_out(call->exchange);
    if (call->event_id_size > 0) {
        buf_printf(out, "id: %.*s\n", (int)call->event_id_size, call->event_id);
        call->event_id_size = 0;
    }
    buf_append(out, STR("data: ")); /* our JSON has no line breaks */
    buf_append(out, message);
    buf_append(out, STR("\n\n"));
    sse_respond(call);
    exchange_more(call->exchange);
    sse_set_beat(call);
}

static void sse_finish(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    rpc_timer_unset(&call->host->timers, &call->beat);
    if (status->code != STATUS_OK && !exchange->responded) {
        rest_fail(call, status);
        return;
    }
    if (status->code != STATUS_OK) {
        buf_append(exchange_out(exchange), STR("event: error\ndata: "));
        rest_status(call, status, exchange_out(exchange));
        buf_append(exchange_out(exchange), STR("\n\n"));
    }
    sse_respond(call);
    exchange->trailers.count = 0;
    exchange_end(exchange);
}

const struct protocol protocol_sse = {
    .read = rest_read,
    .whole = rest_whole,
    .send = sse_send,
    .send_headers = sse_respond,
    .finish = sse_finish,
};
