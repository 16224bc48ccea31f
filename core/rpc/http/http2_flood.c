/* What Debian's nghttp2 lets through (tried, one by one): thousands of resets that the client
 * provokes, floods of SETTINGS and PING, frames without payload. Each has a rate here; who passes
 * it is told to calm down and loses the connection. */
#include "core/rpc/http/http2_inside.h"

void http2_calm(struct http2 *http2, const char *why)
{
    if (!http2->gone) {
        http2->gone = true;
        http2->connection->draining = true;
        int32_t last = nghttp2_session_get_last_proc_stream_id(http2->session);
        nghttp2_submit_goaway(http2->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_ENHANCE_YOUR_CALM,
                              (const uint8_t *)why, strlen(why));
        nghttp2_session_terminate_session(http2->session, NGHTTP2_ENHANCE_YOUR_CALM);
    }
}

/* Pings keep idle connections open; more of them than that are asked for nothing. */
static void http2_count_ping(struct http2 *http2)
{
    int64_t now_us = http2->connection->host->now_us;
    bool soon =
        http2->pinged_us != 0 && now_us - http2->pinged_us < RPC_PING_SECONDS_MIN * RPC_SECOND_US;
    http2->pinged_us = now_us;
    http2->ping_strikes = soon ? http2->ping_strikes + 1 : 0;
    if (http2->ping_strikes > RPC_PING_STRIKES_MAX) {
        http2_calm(http2, "too_many_pings");
    }
}

static void http2_count_data(struct http2 *http2, const nghttp2_frame *frame)
{
    struct exchange *exchange = http2_exchange(http2, frame->hd.stream_id);
    bool empty = frame->hd.length == 0 && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    if (exchange != NULL && empty && ++exchange->empty_frames > RPC_EMPTY_FRAMES_MAX) {
        http2_calm(http2, "too_many_empty_frames");
    }
}

void http2_count_received(struct http2 *http2, const nghttp2_frame *frame)
{
    bool ack = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
    int64_t now_us = http2->connection->host->now_us;
    if (frame->hd.type == NGHTTP2_DATA) {
        http2_count_data(http2, frame);
    } else if (frame->hd.type == NGHTTP2_PING && !ack) {
        http2_count_ping(http2);
    } else if ((frame->hd.type == NGHTTP2_SETTINGS && !ack) || frame->hd.type == NGHTTP2_PRIORITY) {
        if (!rate_take(&http2->control, now_us)) {
            http2_calm(http2, "too_many_control_frames");
        }
    }
}

void http2_count_sent(struct http2 *http2, const nghttp2_frame *frame)
{
    if (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) {
        http2->ping_strikes = 0;
    }
    bool reset =
        frame->hd.type == NGHTTP2_RST_STREAM && frame->rst_stream.error_code != NGHTTP2_NO_ERROR;
    if (reset && !rate_take(&http2->resets, http2->connection->host->now_us)) {
        http2_calm(http2, "too_many_resets");
    }
}
