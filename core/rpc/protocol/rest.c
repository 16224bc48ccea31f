/* JSON over HTTP: the request is path, query and body, the answer a message or google.rpc.Status
 * with the HTTP status of its code. */
#include "core/rpc/protocol/rest.h"

#include "core/pb/json.h"
#include "core/rpc/protocol/connect_code.h"
#include "core/rpc/protocol/detail.h"
#include "core/rpc/protocol/grpc.h"
#include "google/protobuf/any.pb-c.h"

/* A smaller answer is not worth compressing. */
enum { REST_COMPRESSED_MIN = 1024 };

static void rest_detail(const struct rpc_call *call, const struct rpc_detail *detail,
                        struct buf *out)
{
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    struct buf url = { 0 };
    buf_printf(&url, "type.googleapis.com/%.*s", STR_ARG(detail->type));
    buf_byte(&url, '\0');
    any.type_url = url.data;
    any.value =
        (ProtobufCBinaryData){ detail->bytes.size, (uint8_t *)(uintptr_t)detail->bytes.data };
    struct status st = pb_to_json(&any.base, rpc_call_json(call), out);
    if (st.code != STATUS_OK) { /* of a type that we do not have: as bytes */
        struct buf value = { 0 };
        detail_base64(detail->bytes, &value);
        buf_printf(out, "{\"@type\":\"%s\",\"value\":\"%.*s\"}", url.data,
                   STR_ARG(buf_str(&value)));
        buf_release(&value);
    }
    buf_release(&url);
}

void rest_status(const struct rpc_call *call, const struct status *status, struct buf *out)
{
    buf_printf(out, "{\"code\":%d,\"message\":", (int)status->code);
    detail_json_string(str_z(status->msg), out);
    buf_append(out, STR(",\"details\":["));
    for (const struct rpc_detail *detail = call->details; detail != NULL; detail = detail->next) {
        buf_append(out, detail == call->details ? STR("") : STR(","));
        rest_detail(call, detail, out);
    }
    buf_append(out, STR("]}"));
}

void rest_read(struct rpc_call *call)
{
    if (call->in.size > call->host->message_size_max) {
        struct status large =
            status_error(STATUS_RESOURCE_EXHAUSTED, "expected a body of at most %zu bytes",
                         call->host->message_size_max);
        rpc_call_fail(call, &large);
    }
}

/* The body may be compressed, and is a part of the message. */
static struct status rest_text(struct rpc_call *call, struct buf *text)
{
    struct buf body = { 0 };
    struct status st = compression_expand(&call->host->compressor, call->request_compression,
                                          buf_str(&call->in), call->host->message_size_max, &body);
    if (st.code == STATUS_OK) {
        st = rest_request(call, buf_str(&body), text);
    }
    buf_release(&body);
    return st;
}

void rest_whole(struct rpc_call *call)
{
    struct buf text = { 0 };
    struct status st = rest_text(call, &text);
    call->in_at = call->in.size;
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
    } else if (rpc_call_deliver(call, buf_str(&text))) {
        rpc_call_half_close(call);
    }
    buf_release(&text);
}

static void rest_send(struct rpc_call *call, struct str message)
{
    if (message.size < REST_COMPRESSED_MIN) {
        call->answer_compression = COMPRESSION_IDENTITY;
    }
    compression_shrink(&call->host->compressor, call->answer_compression, message,
                       exchange_out(call->exchange));
}

static void rest_send_headers(struct rpc_call *call)
{
    (void)call; /* the status is not known before the end */
}

/* HTTP's clients do not read trailers: what stands there goes with the headers. */
static void rest_trailers(struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->trailers.count; i++) {
        http_fields_add(&exchange->arena, &exchange->answer, exchange->trailers.items[i]);
    }
    exchange->trailers.count = 0;
}

void rest_fail(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    exchange_drop_queue(exchange);
    rest_trailers(exchange);
    rest_status(call, status, exchange_out(exchange));
    exchange_header(exchange, STR("content-type"), STR("application/json"));
    exchange_finish(exchange, connect_code_http(status->code));
}

static void rest_finish(struct rpc_call *call, const struct status *status)
{
    struct exchange *exchange = call->exchange;
    if (status->code != STATUS_OK) {
        rest_fail(call, status);
        return;
    }
    rest_trailers(exchange);
    exchange_header(exchange, STR("content-type"), STR("application/json"));
    if (call->answer_compression != COMPRESSION_IDENTITY) {
        exchange_header(exchange, STR("content-encoding"),
                        compression_name(call->answer_compression));
        exchange_header(exchange, STR("vary"), STR("accept-encoding"));
    }
    exchange_finish(exchange, 200);
}

const struct protocol protocol_rest = {
    .read = rest_read,
    .whole = rest_whole,
    .send = rest_send,
    .send_headers = rest_send_headers,
    .finish = rest_finish,
};

static bool rest_is_json(const struct exchange *exchange)
{
    struct str type =
        http_without_parameters(http_fields_get(&exchange->fields, STR("content-type")));
    return type.size == 0 || http_same(type, STR("application/json"));
}

static struct status rest_accept(struct rpc_call *call)
{
    const struct http_fields *fields = &call->exchange->fields;
    struct str timeout = http_fields_get(fields, STR("grpc-timeout"));
    struct str encoding = http_fields_get(fields, STR("content-encoding"));
    int64_t timeout_us;
    if (!compression_find(encoding, &call->request_compression)) {
        return status_error(STATUS_UNIMPLEMENTED,
                            "expected one of " COMPRESSION_NAMES " as content-encoding, not '%.*s'",
                            STR_ARG(encoding));
    }
    if (timeout.data != NULL) {
        if (!grpc_timeout(timeout, &timeout_us)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected a grpc-timeout as '10S', not '%.*s'", STR_ARG(timeout));
        }
        call->timeout_ms = timeout_us / 1000;
        rpc_call_set_timeout(call, timeout_us);
    }
    return status_ok();
}

static void rest_start(struct exchange *exchange, const struct rpc_path *path)
{
    bool events = path->entry->method.kind == RPC_SERVER_STREAM;
    if (!rest_is_json(exchange)) {
        exchange_header(exchange, STR("accept-post"), STR("application/json"));
        exchange_answer(exchange, 415, STR("application/json"),
                        STR("{\"code\":3,\"message\":\"expected application/json as "
                            "content-type\",\"details\":[]}"));
        return;
    }
    struct rpc_call *call =
        rpc_call_new(exchange, events ? &protocol_sse : &protocol_rest, path->entry);
    call->codec = CODEC_JSON;
    call->rest = path;
    struct status st = rest_accept(call);
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
        return;
    }
    if (events) {
        sse_start(call);
    } else {
        call->answer_compression = compression_choose(
            http_fields_get(&exchange->fields, STR("accept-encoding")), COMPRESSION_GZIP);
    }
    rpc_call_start(call);
}

/* Of several the one with most literals; `allowed` has the methods of those with another. */
static const struct rpc_path *rest_find(const struct rpc_registry *registry,
                                        const struct exchange *exchange,
                                        const struct rest_target *target, struct buf *allowed)
{
    const struct rpc_path *found = NULL;
    for (size_t i = 0; i < registry->paths_count; i++) {
        const struct rpc_path *path = registry->paths[i];
        if (!rest_path_matches(path, target)) {
            continue;
        }
        if (!str_eq(path->method, exchange->method)) {
            buf_append(allowed, allowed->size > 0 ? STR(", ") : STR(""));
            buf_append(allowed, path->method);
        } else if (found == NULL || path->literals > found->literals ||
                   (path->literals == found->literals && path->verb.size > found->verb.size)) {
            found = path;
        }
    }
    return found;
}

/* A path that begins as some do, and is none of them, nor a page. */
static bool rest_is_near(const struct rpc_registry *registry, struct str path,
                         const struct rest_target *target)
{
    if (rpc_registry_page(registry, path) != NULL) {
        return false;
    }
    for (size_t i = 0; i < registry->paths_count; i++) {
        if (str_eq(registry->paths[i]->segments[0], target->segments[0])) {
            return true;
        }
    }
    return false;
}

bool rest_begin(struct exchange *exchange)
{
    struct rest_target target;
    struct buf allowed = { 0 };
    if (!rest_target_cut(exchange->path, &target)) {
        return false;
    }
    const struct rpc_registry *registry = exchange->connection->host->registry;
    const struct rpc_path *path = rest_find(registry, exchange, &target, &allowed);
    bool near = rest_is_near(registry, exchange->path, &target);
    bool matches = path != NULL || allowed.size > 0 || near;
    if (path != NULL) {
        rest_start(exchange, path);
    } else if (allowed.size > 0) {
        exchange_header(exchange, STR("allow"), buf_str(&allowed));
        exchange_answer(exchange, 405, STR("application/json"),
                        STR("{\"code\":12,\"message\":\"expected a method that the header "
                            "'allow' names\",\"details\":[]}"));
    } else if (near) {
        exchange_answer(exchange, 404, STR("application/json"),
                        STR("{\"code\":5,\"message\":\"expected a path that is served\","
                            "\"details\":[]}"));
    }
    buf_release(&allowed);
    return matches;
}
