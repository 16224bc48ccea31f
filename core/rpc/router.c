#include "core/rpc/router.h"

#include "core/rpc/call_inside.h"
#include "core/rpc/protocol/rest.h"

bool protocol_content_type(const struct exchange *exchange, struct str prefix, struct str *rest)
{
    struct str type =
        http_without_parameters(http_fields_get(&exchange->fields, STR("content-type")));
    if (type.size < prefix.size || !http_same(str_make(type.data, prefix.size), prefix)) {
        return false;
    }
    *rest = str_from(type, prefix.size);
    return true;
}

static void page_body(void *user, struct str bytes)
{
    exchange_consume(user, bytes.size);
}

/* When the request is whole: what answers before is taken for a refusal. */
static void page_whole(void *user)
{
    struct exchange *exchange = user;
    const struct rpc_registry *registry = exchange->connection->host->registry;
    const struct rpc_page *page = rpc_registry_page(registry, exchange->path);
    exchange_answer(exchange, 200, str_z(page->type), page->bytes);
}

static void page_ignore(void *user)
{
    (void)user;
}

static const struct exchange_sink page_sink = {
    .body = page_body,
    .whole = page_whole,
    .room = page_ignore,
    .closed = page_ignore,
};

static void router_page(struct exchange *exchange)
{
    exchange->sink = &page_sink;
    exchange->user = exchange;
}

static void view_whole(void *user)
{
    struct exchange *exchange = user;
    struct connection *connection = exchange->connection;
    struct buf *body = &connection->host->scratch;
    const struct rpc_view *view = rpc_registry_view(connection->host->registry, exchange->path);
    struct rpc_seen seen = { .peer = &connection->peer,
                             .accept = http_fields_get(&exchange->fields, STR("accept")) };
    struct rpc_shown shown = { .status = 200, .type = "text/plain; charset=utf-8", .body = body };
    body->size = 0;
    view->render(view->context, &seen, &shown);
    exchange_header(exchange, STR("cache-control"), STR("no-store"));
    exchange_header(exchange, STR("content-type"), str_z(shown.type));
    buf_append(exchange_out(exchange), buf_str(body));
    exchange_finish(exchange, shown.status);
}

static const struct exchange_sink view_sink = {
    .body = page_body,
    .whole = view_whole,
    .room = page_ignore,
    .closed = page_ignore,
};

static void router_view(struct exchange *exchange)
{
    if (!str_eq(exchange->method, STR("GET")) && !str_eq(exchange->method, STR("HEAD"))) {
        exchange_header(exchange, STR("allow"), STR("GET, HEAD"));
        exchange_answer(exchange, 405, STR("text/plain"), STR("expected GET\n"));
        return;
    }
    exchange->sink = &view_sink;
    exchange->user = exchange;
}

static bool router_is_suffix(struct str rest)
{
    return rest.size == 0 || str_eq(rest, STR("+proto")) || str_eq(rest, STR("+json"));
}

/* Connect's unary types are those of any JSON: they need a method. */
static bool router_connect(struct exchange *exchange, const struct rpc_entry *entry)
{
    struct str rest;
    bool get = str_eq(exchange->method, STR("GET"));
    if (protocol_content_type(exchange, STR("application/connect+proto"), &rest) &&
        rest.size == 0) {
        connect_stream_begin(exchange, entry, CODEC_PROTO);
    } else if (protocol_content_type(exchange, STR("application/connect+json"), &rest) &&
               rest.size == 0) {
        connect_stream_begin(exchange, entry, CODEC_JSON);
    } else if (entry != NULL && get) {
        connect_get_begin(exchange, entry);
    } else if (entry != NULL && protocol_content_type(exchange, STR("application/proto"), &rest) &&
               rest.size == 0) {
        connect_begin(exchange, entry, CODEC_PROTO);
    } else if (entry != NULL && protocol_content_type(exchange, STR("application/json"), &rest) &&
               rest.size == 0) {
        connect_begin(exchange, entry, CODEC_JSON);
    } else {
        return false;
    }
    return true;
}

/* The protocols by their content types; false when it is none of them. */
static bool router_call(struct exchange *exchange, const struct rpc_entry *entry)
{
    struct str rest;
    if (protocol_content_type(exchange, STR("application/grpc-web"), &rest) &&
        router_is_suffix(rest)) {
        grpc_web_begin(exchange, entry, rest);
    } else if (protocol_content_type(exchange, STR("application/grpc"), &rest) &&
               router_is_suffix(rest)) {
        grpc_begin(exchange, entry, rest);
    } else {
        return router_connect(exchange, entry);
    }
    return true;
}

static void router_nothing(struct exchange *exchange, const struct rpc_entry *entry)
{
    if (entry == NULL) {
        exchange_answer(exchange, 404, STR("text/plain"), STR("expected a path that is served\n"));
        return;
    }
    exchange_header(exchange, STR("accept-post"),
                    STR("application/grpc, application/grpc-web, application/proto, "
                        "application/json, application/connect+proto, application/connect+json"));
    exchange_answer(exchange, 415, (struct str){ 0 }, (struct str){ 0 });
}

void router_begin(struct exchange *exchange)
{
    const struct rpc_registry *registry = exchange->connection->host->registry;
    const struct rpc_entry *entry = rpc_registry_find(registry, exchange->path);
    const struct rpc_page *page = rpc_registry_page(registry, exchange->path);
    if (exchange->oversized) {
        exchange_answer(exchange, 431, STR("text/plain"), STR("expected less of headers\n"));
    } else if (exchange->connection->host->calls_count >= RPC_CALLS_MAX) {
        exchange_answer(exchange, 503, STR("text/plain"), STR("expected fewer calls at once\n"));
    } else if (router_call(exchange, entry) || rest_begin(exchange)) {
        return;
    } else if (page != NULL) {
        router_page(exchange);
    } else if (rpc_registry_view(registry, exchange->path) != NULL) {
        router_view(exchange);
    } else {
        router_nothing(exchange, entry);
    }
}
