/* From answers to lines. An answer that is whole when its headers leave has a Content-Length,
 * others are chunked, or to a client of HTTP/1.0 ended by closing. */
#include "core/rpc/http/http1_inside.h"

static const char *http1_reason(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 409:
        return "Conflict";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 499:
        return "Client Closed Request";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Answer";
    }
}

static void http1_fields(const struct http_fields *fields, struct buf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        buf_append(out, fields->items[i].name);
        buf_append(out, STR(": "));
        buf_append(out, fields->items[i].value);
        buf_append(out, STR("\r\n"));
    }
}

static bool http1_has_no_body(const struct exchange *exchange)
{
    return str_eq(exchange->method, STR("HEAD")) || exchange->status == 204 ||
           exchange->status == 304;
}

static void http1_head(struct http1 *http1, struct buf *out)
{
    struct exchange *exchange = http1->exchange;
    bool old = http1->parser.http_major == 1 && http1->parser.http_minor == 0;
    bool known = exchange->ended && exchange->trailers.count == 0;
    http1->chunked = !known && !old;
    http1->keeps_alive &= known || !old;
    buf_printf(out, "HTTP/1.1 %u %s\r\n", exchange->status, http1_reason(exchange->status));
    http1_fields(&exchange->answer, out);
    if (http1->chunked) {
        buf_append(out, STR("transfer-encoding: chunked\r\n"));
    } else if (known && exchange->status != 204 && exchange->status != 304) {
        buf_printf(out, "content-length: %zu\r\n", exchange_queued(exchange));
    }
    bool goes = !http1->keeps_alive || http1->closing || http1->connection->draining;
    buf_append(out, goes  ? STR("connection: close\r\n\r\n")
                    : old ? STR("connection: keep-alive\r\n\r\n")
                          : STR("\r\n"));
    exchange->submitted = true;
}

static void http1_body(struct http1 *http1, struct buf *out, size_t size_max)
{
    struct exchange *exchange = http1->exchange;
    size_t queued = exchange_queued(exchange), size = queued < size_max ? queued : size_max;
    if (size == 0) {
        return;
    }
    if (http1->chunked) {
        buf_printf(out, "%zx\r\n", size);
    }
    out->size += exchange_take(exchange, buf_reserve(out, size), size);
    buf_append(out, http1->chunked ? STR("\r\n") : STR(""));
    if (exchange->wants_room && exchange_queued(exchange) < RPC_QUEUE_LOW) {
        http1->connection->room_due = true;
    }
}

static void http1_end(struct http1 *http1, struct buf *out)
{
    if (http1->chunked) {
        buf_append(out, STR("0\r\n"));
        http1_fields(&http1->exchange->trailers, out);
        buf_append(out, STR("\r\n"));
    }
    http1->sent = true;
}

void http1_answer(struct http1 *http1, struct buf *out, size_t size_max)
{
    struct exchange *exchange = http1->exchange;
    if (exchange == NULL || http1->sent) {
        return;
    }
    if (http1->continues && !exchange->responded) {
        http1->continues = false;
        buf_append(out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    if (!exchange->responded) {
        return;
    }
    if (!exchange->submitted) {
        http1_head(http1, out);
    }
    if (http1_has_no_body(exchange)) {
        http1->sent = true;
        return;
    }
    http1_body(http1, out, size_max);
    if (exchange_drained(exchange)) {
        http1_end(http1, out);
    }
}

static void http1_respond(struct exchange *exchange)
{
    connection_touch(exchange->connection);
}

/* In the middle of an answer only closing says that it is not whole. */
static void http1_reset(struct exchange *exchange)
{
    exchange->connection->failed = true;
    connection_touch(exchange->connection);
}

static void http1_consume(struct exchange *exchange, size_t size)
{
    (void)size;
    connection_touch(exchange->connection); /* the shell offers what it has again */
}

const struct exchange_wire http1_wire = {
    .respond = http1_respond,
    .more = http1_respond,
    .reset = http1_reset,
    .consume = http1_consume,
};
