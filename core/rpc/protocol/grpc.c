/* gRPC over HTTP/2 (PROTOCOL-HTTP2.md). */
#include "core/rpc/protocol/grpc.h"

#include "core/base/num.h"
#include "core/rpc/protocol/detail.h"
#include "core/rpc/protocol/envelope.h"

enum { GRPC_TIMEOUT_DIGITS_MAX = 8, GRPC_MESSAGE_MAX = 3 * STATUS_MSG_MAX };

bool grpc_timeout(struct str text, int64_t *timeout_us)
{
    static const char units[] = "HMSmun";
    static const int64_t nanos[] = { 3600000000000, 60000000000, 1000000000, 1000000, 1000, 1 };
    int64_t number = 0;
    if (text.size < 2 || text.size > GRPC_TIMEOUT_DIGITS_MAX + 1) {
        return false;
    }
    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = number * 10 + (text.data[i] - '0');
    }
    const char *unit = memchr(units, text.data[text.size - 1], sizeof units - 1);
    if (unit == NULL) {
        return false;
    }
    int64_t scale = nanos[unit - units]; /* 99,999,999 hours fit into microseconds */
    *timeout_us = scale >= 1000 ? number * (scale / 1000) : number / 1000;
    return true;
}

/* Bytes other than printable ASCII, and '%', as "%E2". */
static struct str grpc_escape(const char *message, char out[GRPC_MESSAGE_MAX])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;
    for (const char *at = message; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c < 0x7F && c != '%') {
            out[size++] = (char)c;
        } else {
            out[size++] = '%';
            out[size++] = digits[c >> 4];
            out[size++] = digits[c & 15];
        }
    }
    return str_make(out, size);
}

static void grpc_details(struct rpc_call *call, const struct status *status)
{
    struct buf packed = { 0 }, text = { 0 };
    if (call->details == NULL) {
        return;
    }
    detail_pack_status(status, call->details, &packed);
    detail_base64(buf_str(&packed), &text);
    exchange_trailer(call->exchange, STR("grpc-status-details-bin"), buf_str(&text));
    buf_release(&packed);
    buf_release(&text);
}

void grpc_status(struct rpc_call *call, const struct status *status)
{
    char digits[NUM_DIGITS_MAX], escaped[GRPC_MESSAGE_MAX];
    size_t size = num_put_decimal(digits, (uint64_t)status->code);
    exchange_trailer(call->exchange, STR("grpc-status"), str_make(digits, size));
    if (status->code != STATUS_OK) {
        if (status->msg[0] != '\0') {
            exchange_trailer(call->exchange, STR("grpc-message"),
                             grpc_escape(status->msg, escaped));
        }
        grpc_details(call, status);
    }
}

void grpc_send_headers(struct rpc_call *call)
{
    exchange_respond(call->exchange, 200);
}

/* Of a method that answers with one message, everything leaves at once, at the end. */
void grpc_send(struct rpc_call *call, struct str message)
{
    envelope_write(call, 0, message);
    if (!rpc_call_answers_one(call)) {
        exchange_respond(call->exchange, 200);
        exchange_more(call->exchange);
    }
}

/* Without a message and headers of the handler's, an error is one block of headers. */
static void grpc_finish(struct rpc_call *call, const struct status *status)
{
    if (status->code != STATUS_OK && !call->exchange->responded) {
        exchange_drop_queue(call->exchange); /* an answer that turned out to be none */
    }
    grpc_status(call, status);
    exchange_finish(call->exchange, 200);
}

static struct status grpc_check(struct rpc_call *call, int64_t *timeout_us)
{
    struct exchange *exchange = call->exchange;
    struct str timeout = http_fields_get(&exchange->fields, STR("grpc-timeout"));
    struct str encoding = http_fields_get(&exchange->fields, STR("grpc-encoding"));
    *timeout_us = -1;
    if (timeout.data != NULL && !grpc_timeout(timeout, timeout_us)) {
        return status_error(STATUS_INTERNAL, "expected a grpc-timeout as '10S', not '%.*s'",
                            STR_ARG(timeout));
    }
    if (!compression_find(encoding, &call->request_compression)) {
        exchange_header(exchange, STR("grpc-accept-encoding"), STR(COMPRESSION_NAMES));
        return status_error(STATUS_UNIMPLEMENTED,
                            "expected one of " COMPRESSION_NAMES " as grpc-encoding, not '%.*s'",
                            STR_ARG(encoding));
    }
    if (call->entry == NULL) {
        return status_error(STATUS_UNIMPLEMENTED,
                            "expected a method that is served here, not '%.*s'",
                            STR_ARG(exchange->path));
    }
    return status_ok();
}

static void grpc_compression(struct rpc_call *call)
{
    struct exchange *exchange = call->exchange;
    struct str accepted = http_fields_get(&exchange->fields, STR("grpc-accept-encoding"));
    if (call->request_compression != COMPRESSION_IDENTITY) {
        call->answer_compression = compression_choose(accepted, call->request_compression);
    }
    if (call->answer_compression != COMPRESSION_IDENTITY) {
        exchange_header(exchange, STR("grpc-encoding"), compression_name(call->answer_compression));
    }
}

void grpc_accept(struct exchange *exchange, const struct protocol *protocol,
                 const struct rpc_entry *entry, struct str suffix)
{
    struct rpc_call *call = rpc_call_new(exchange, protocol, entry);
    int64_t timeout_us;
    exchange_header(exchange, STR("content-type"),
                    http_fields_get(&exchange->fields, STR("content-type")));
    call->codec = str_eq(suffix, STR("+json")) ? CODEC_JSON : CODEC_PROTO;
    struct status st = grpc_check(call, &timeout_us);
    if (st.code != STATUS_OK) {
        rpc_call_fail(call, &st);
        return;
    }
    grpc_compression(call);
    if (timeout_us >= 0) {
        call->timeout_ms = timeout_us / 1000;
        rpc_call_set_timeout(call, timeout_us);
    }
    rpc_call_start(call);
}

const struct protocol protocol_grpc = {
    .read = envelope_read,
    .whole = envelope_whole,
    .send = grpc_send,
    .send_headers = grpc_send_headers,
    .finish = grpc_finish,
};

void grpc_begin(struct exchange *exchange, const struct rpc_entry *entry, struct str suffix)
{
    if (!str_eq(exchange->method, STR("POST"))) {
        exchange_answer(exchange, 405, (struct str){ 0 }, (struct str){ 0 });
        return;
    }
    grpc_accept(exchange, &protocol_grpc, entry, suffix);
}
