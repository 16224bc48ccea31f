/* From lines to requests. llhttp's strict mode still takes a missing or doubled Host, codings
 * before "chunked", and Transfer-Encoding in HTTP/1.0: these are refused here, folded lines in
 * http1.c. */
#include "core/rpc/http/http1_inside.h"
#include "core/rpc/router.h"

static int http1_on_begin(llhttp_t *parser)
{
    struct http1 *http1 = parser->data;
    http1->in_headers = true;
    http1->exchange = connection_begin(http1->connection, &http1_wire, http1);
    buf_clear(&http1->target);
    buf_clear(&http1->name);
    buf_clear(&http1->value);
    return 0;
}

static int http1_on_target(llhttp_t *parser, const char *data, size_t size)
{
    buf_append(&((struct http1 *)parser->data)->target, str_make(data, size));
    return 0;
}

static int http1_on_name(llhttp_t *parser, const char *data, size_t size)
{
    buf_append(&((struct http1 *)parser->data)->name, str_make(data, size));
    return 0;
}

static int http1_on_value(llhttp_t *parser, const char *data, size_t size)
{
    buf_append(&((struct http1 *)parser->data)->value, str_make(data, size));
    return 0;
}

static int http1_on_field(llhttp_t *parser)
{
    struct http1 *http1 = parser->data;
    if (!http1->headers_done) { /* later ones are trailers, which say nothing to us */
        struct str value = http_trim(buf_str(&http1->value));
        if (!exchange_field(http1->exchange, buf_str(&http1->name), value)) {
            http1->exchange->oversized = true;
        }
    }
    buf_clear(&http1->name);
    buf_clear(&http1->value);
    return 0;
}

/* "http://host/path" as clients of a proxy write it: the path alone. */
static struct str http1_origin_form(struct str target)
{
    const char *scheme = target.size == 0 || target.data[0] == '/'
                             ? NULL
                             : memmem(target.data, target.size, "://", 3);
    if (scheme == NULL) {
        return target;
    }
    struct str rest = str_from(target, (size_t)(scheme - target.data) + 3);
    const char *slash = rest.size == 0 ? NULL : memchr(rest.data, '/', rest.size);
    return slash == NULL ? STR("/") : str_from(rest, (size_t)(slash - rest.data));
}

static size_t http1_count(const struct exchange *exchange, struct str name)
{
    size_t count = 0;
    for (size_t i = 0; i < exchange->fields.count; i++) {
        count += str_eq(exchange->fields.items[i].name, name);
    }
    return count;
}

/* Why the request is refused; NULL when it is fine. */
static const char *http1_wrong(const llhttp_t *parser, const struct exchange *exchange)
{
    size_t hosts = http1_count(exchange, STR("host"));
    size_t codings = http1_count(exchange, STR("transfer-encoding"));
    struct str coding = http_fields_get(&exchange->fields, STR("transfer-encoding"));
    if (hosts > 1 || (hosts == 0 && parser->http_minor == 1)) {
        return "expected one Host header";
    }
    if (codings > 0 && parser->http_minor == 0) {
        return "expected no Transfer-Encoding in HTTP/1.0";
    }
    if (codings > 0 && (codings > 1 || !http_same(coding, STR("chunked")))) {
        return "expected no Transfer-Encoding but chunked";
    }
    if (codings > 0 && http1_count(exchange, STR("content-length")) > 0) {
        return "expected either Transfer-Encoding or Content-Length";
    }
    return NULL;
}

static void http1_note(struct http1 *http1)
{
    struct exchange *exchange = http1->exchange;
    const char *method = llhttp_method_name((llhttp_method_t)http1->parser.method);
    exchange->method = str_z(method);
    exchange_target(exchange,
                    arena_copy(&exchange->arena, http1_origin_form(buf_str(&http1->target))));
    buf_clear(&http1->target);
    exchange->authority = http_fields_get(&exchange->fields, STR("host"));
    struct str expect = http_fields_get(&exchange->fields, STR("expect"));
    http1->continues = http_same(expect, STR("100-continue"));
    http1->connection->requested = true;
}

static int http1_on_headers(llhttp_t *parser)
{
    struct http1 *http1 = parser->data;
    struct exchange *exchange = http1->exchange;
    http1->in_headers = false;
    http1->headers_done = true;
    http1->keeps_alive = llhttp_should_keep_alive(parser) == 1;
    parser->upgrade = 0; /* we offer nothing else, so the request is what it is */
    http1_note(http1);
    const char *wrong = http1_wrong(parser, exchange);
    if (parser->http_major != 1 || parser->http_minor > 1) {
        http1_refuse(http1, 505, "expected HTTP/1.1");
    } else if (wrong != NULL) {
        http1_refuse(http1, 400, wrong);
    } else {
        router_begin(exchange);
    }
    return 0;
}

static int http1_on_body(llhttp_t *parser, const char *data, size_t size)
{
    struct http1 *http1 = parser->data;
    exchange_body(http1->exchange, str_make(data, size));
    return 0;
}

/* Pauses, so that the next request stays where it is. */
static int http1_on_whole(llhttp_t *parser)
{
    struct http1 *http1 = parser->data;
    http1->continues = false;
    exchange_whole(http1->exchange);
    return HPE_PAUSED;
}

static const llhttp_settings_t http1_settings = {
    .on_message_begin = http1_on_begin,
    .on_url = http1_on_target,
    .on_header_field = http1_on_name,
    .on_header_value = http1_on_value,
    .on_header_value_complete = http1_on_field,
    .on_headers_complete = http1_on_headers,
    .on_body = http1_on_body,
    .on_message_complete = http1_on_whole,
};

void http1_request_init(struct http1 *http1)
{
    llhttp_init(&http1->parser, HTTP_REQUEST, &http1_settings);
    http1->parser.data = http1;
}

void http1_refuse(struct http1 *http1, unsigned status, const char *why)
{
    struct exchange *exchange = http1->exchange;
    if (http1->refused) {
        return; /* the parser comes to see it, too */
    }
    http1->refused = true;
    http1->closing = true;
    http1->in_headers = false;
    http1->headers_done = true;
    if (exchange == NULL) {
        exchange = connection_begin(http1->connection, &http1_wire, http1);
        http1->exchange = exchange;
    }
    if (exchange->responded) {
        http1->connection->failed = true;
    } else {
        exchange_answer(exchange, status, STR("text/plain"), str_z(why));
    }
}
