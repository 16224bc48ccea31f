/* From frames to requests. */
#include "core/rpc/http/http2_inside.h"
#include "core/rpc/router.h"

static int http2_on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct http2 *http2 = user;
    http2->in_headers = true;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        struct exchange *exchange = connection_begin(http2->connection, &http2_wire, http2);
        exchange->stream_id = frame->hd.stream_id;
        nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, exchange);
    }
    return 0;
}

/* ":path" and its like; `target` is where it belongs, NULL when it is of no interest. */
static struct str *http2_pseudo(struct exchange *exchange, struct str name, struct str *other)
{
    return str_eq(name, STR(":method"))      ? &exchange->method
           : str_eq(name, STR(":authority")) ? &exchange->authority
                                             : other;
}

static bool http2_field(struct exchange *exchange, struct str name, struct str value)
{
    struct str other = { 0 };
    if (name.size == 0 || name.data[0] != ':') {
        return exchange_field(exchange, name, value);
    }
    struct str copy = arena_copy(&exchange->arena, value);
    exchange->fields_size += value.size;
    exchange->oversized |= exchange->fields_size > RPC_HEADERS_SIZE_MAX;
    if (str_eq(name, STR(":path"))) {
        exchange_target(exchange, copy);
    } else {
        *http2_pseudo(exchange, name, &other) = copy;
    }
    return copy.data != NULL;
}

static int http2_on_header(nghttp2_session *session, const nghttp2_frame *frame,
                           const uint8_t *name, size_t name_size, const uint8_t *value,
                           size_t value_size, uint8_t flags, void *user)
{
    (void)session;
    (void)flags;
    struct exchange *exchange = http2_exchange(user, frame->hd.stream_id);
    if (exchange == NULL || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0; /* a request's trailers say nothing in any of our protocols */
    }
    if (!exchange->oversized &&
        !http2_field(exchange, str_make(name, name_size), str_make(value, value_size))) {
        exchange->oversized = true;
    }
    return 0;
}

static void http2_request(struct http2 *http2, struct exchange *exchange)
{
    struct connection *connection = http2->connection;
    bool full = connection->calls_count >= RPC_STREAMS_MAX;
    if (full) { /* its resets end streams, and what worked on them is still at it */
        nghttp2_submit_rst_stream(http2->session, NGHTTP2_FLAG_NONE, exchange->stream_id,
                                  NGHTTP2_REFUSED_STREAM);
        return;
    }
    if (exchange->authority.size == 0) {
        exchange->authority = http_fields_get(&exchange->fields, STR("host"));
    }
    router_begin(exchange);
}

static int http2_on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    (void)session;
    struct http2 *http2 = user;
    http2->connection->requested = true;
    http2_count_received(http2, frame);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) {
        return 0;
    }
    struct exchange *exchange = http2_exchange(http2, frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_HEADERS) {
        http2->in_headers = false;
    }
    if (exchange != NULL && frame->hd.type == NGHTTP2_HEADERS &&
        frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        http2_request(http2, exchange);
    }
    if (exchange != NULL && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
        exchange_whole(exchange);
    }
    return 0;
}

/* A frame that is no good ends the headers, too. */
static int http2_on_invalid(nghttp2_session *session, const nghttp2_frame *frame, int error,
                            void *user)
{
    (void)session;
    (void)frame;
    (void)error;
    ((struct http2 *)user)->in_headers = false;
    return 0;
}

static int http2_on_data(nghttp2_session *session, uint8_t flags, int32_t stream_id,
                         const uint8_t *data, size_t size, void *user)
{
    (void)flags;
    struct exchange *exchange = http2_exchange(user, stream_id);
    if (exchange != NULL) {
        exchange_body(exchange, str_make(data, size));
    } else {
        nghttp2_session_consume(session, stream_id, size);
    }
    return 0;
}

/* What was delivered and not taken must be given back to the connection's window. */
static int http2_on_close(nghttp2_session *session, int32_t stream_id, uint32_t error, void *user)
{
    (void)error;
    struct http2 *http2 = user;
    struct exchange *exchange = http2_exchange(http2, stream_id);
    if (exchange != NULL) {
        nghttp2_session_set_stream_user_data(session, stream_id, NULL);
        nghttp2_session_consume_connection(session, exchange->unconsumed);
        connection_end(http2->connection, exchange);
    }
    return 0;
}

void http2_receive_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, http2_on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, http2_on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, http2_on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, http2_on_invalid);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, http2_on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, http2_on_close);
}
