/* From answers to frames. Trailers are submitted with the last bytes of the body, or they would
 * overtake it; what has nothing to send is deferred, and resumed by whoever writes or ends. */
#include "core/base/num.h"
#include "core/rpc/http/http2_inside.h"

enum { HTTP2_FIELDS_MAX = 2 * RPC_HEADERS_MAX };

static nghttp2_nv http2_nv(struct str name, struct str value)
{
    return (nghttp2_nv){ (uint8_t *)(uintptr_t)name.data, (uint8_t *)(uintptr_t)value.data,
                         name.size, value.size, NGHTTP2_NV_FLAG_NONE };
}

static size_t http2_nvs(const struct http_fields *fields, nghttp2_nv *out, size_t room)
{
    size_t count = fields->count < room ? fields->count : room;
    for (size_t i = 0; i < count; i++) {
        out[i] = http2_nv(fields->items[i].name, fields->items[i].value);
    }
    return count;
}

static void http2_trailers(nghttp2_session *session, struct exchange *exchange)
{
    nghttp2_nv fields[HTTP2_FIELDS_MAX];
    size_t count = http2_nvs(&exchange->trailers, fields, HTTP2_FIELDS_MAX);
    nghttp2_submit_trailer(session, exchange->stream_id, fields, count);
}

static ssize_t http2_read(nghttp2_session *session, int32_t stream_id, uint8_t *data, size_t size,
                          uint32_t *flags, nghttp2_data_source *source, void *user)
{
    (void)stream_id;
    struct http2 *http2 = user;
    struct exchange *exchange = source->ptr;
    size_t taken = exchange_take(exchange, (char *)data, size);
    if (exchange->wants_room && exchange_queued(exchange) < RPC_QUEUE_LOW) {
        http2->connection->room_due = true;
    }
    if (exchange_drained(exchange)) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (exchange->trailers.count > 0) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            http2_trailers(session, exchange);
        }
    } else if (taken == 0) {
        exchange->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    return (ssize_t)taken;
}

/* An error before any message is one block of headers: its trailers are part of it. */
static void http2_submit(struct exchange *exchange)
{
    struct http2 *http2 = exchange->session;
    char digits[NUM_DIGITS_MAX];
    nghttp2_nv fields[HTTP2_FIELDS_MAX];
    fields[0] =
        http2_nv(STR(":status"), str_make(digits, num_put_decimal(digits, exchange->status)));
    size_t count = 1 + http2_nvs(&exchange->answer, fields + 1, HTTP2_FIELDS_MAX - 1);
    bool bare =
        (exchange_drained(exchange) && !exchange->apart) || str_eq(exchange->method, STR("HEAD"));
    if (bare) {
        count += http2_nvs(&exchange->trailers, fields + count, HTTP2_FIELDS_MAX - count);
    }
    nghttp2_data_provider provider = { .source.ptr = exchange, .read_callback = http2_read };
    nghttp2_submit_response(http2->session, exchange->stream_id, fields, count,
                            bare ? NULL : &provider);
    exchange->submitted = true;
}

/* Submitted here, sent when the shell asks. A handler that ends in the callback has said all, so
 * the headers wait for that: an error then needs no body. */
static void http2_respond(struct exchange *exchange)
{
    http2_submit(exchange);
    connection_touch(exchange->connection);
}

static void http2_more(struct exchange *exchange)
{
    struct http2 *http2 = exchange->session;
    if (exchange->deferred) {
        exchange->deferred = false;
        nghttp2_session_resume_data(http2->session, exchange->stream_id);
    }
    connection_touch(exchange->connection);
}

static void http2_reset(struct exchange *exchange)
{
    struct http2 *http2 = exchange->session;
    nghttp2_submit_rst_stream(http2->session, NGHTTP2_FLAG_NONE, exchange->stream_id,
                              NGHTTP2_CANCEL);
    connection_touch(exchange->connection);
}

static void http2_consume(struct exchange *exchange, size_t size)
{
    struct http2 *http2 = exchange->session;
    nghttp2_session_consume(http2->session, exchange->stream_id, size);
    connection_touch(exchange->connection);
}

const struct exchange_wire http2_wire = {
    .respond = http2_respond,
    .more = http2_more,
    .reset = http2_reset,
    .consume = http2_consume,
};

/* An answer that came before the request's end: the client need not send the rest. */
static int http2_on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct http2 *http2 = user;
    http2_count_sent(http2, frame);
    bool last = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (last) {
        const struct exchange *exchange = http2_exchange(http2, frame->hd.stream_id);
        if (exchange != NULL && !exchange->whole) {
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                      NGHTTP2_NO_ERROR);
        }
    }
    return 0;
}

void http2_send_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, http2_on_sent);
}
