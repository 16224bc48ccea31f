/* The Connect protocol's common part (connectrpc.com/docs/protocol). */
#include "core/rpc/protocol/connect.h"

#include "core/rpc/protocol/detail.h"

enum { CONNECT_TIMEOUT_DIGITS_MAX = 10 };

struct connect_code {
    const char *name;
    unsigned status;
};

static const struct connect_code connect_codes[] = {
    [STATUS_OK] = { "ok", 200 },
    [STATUS_CANCELLED] = { "canceled", 499 },
    [STATUS_UNKNOWN] = { "unknown", 500 },
    [STATUS_INVALID_ARGUMENT] = { "invalid_argument", 400 },
    [STATUS_DEADLINE_EXCEEDED] = { "deadline_exceeded", 504 },
    [STATUS_NOT_FOUND] = { "not_found", 404 },
    [STATUS_ALREADY_EXISTS] = { "already_exists", 409 },
    [STATUS_PERMISSION_DENIED] = { "permission_denied", 403 },
    [STATUS_RESOURCE_EXHAUSTED] = { "resource_exhausted", 429 },
    [STATUS_FAILED_PRECONDITION] = { "failed_precondition", 400 },
    [STATUS_ABORTED] = { "aborted", 409 },
    [STATUS_OUT_OF_RANGE] = { "out_of_range", 400 },
    [STATUS_UNIMPLEMENTED] = { "unimplemented", 501 },
    [STATUS_INTERNAL] = { "internal", 500 },
    [STATUS_UNAVAILABLE] = { "unavailable", 503 },
    [STATUS_DATA_LOSS] = { "data_loss", 500 },
    [STATUS_UNAUTHENTICATED] = { "unauthenticated", 401 },
};

static const struct connect_code *connect_code(enum status_code code)
{
    size_t count = sizeof connect_codes / sizeof connect_codes[0];
    return &connect_codes[(size_t)code < count ? (size_t)code : STATUS_UNKNOWN];
}

unsigned connect_http_status(enum status_code code)
{
    return connect_code(code)->status;
}

struct str connect_code_name(enum status_code code)
{
    return str_z(connect_code(code)->name);
}

void connect_error(const struct rpc_call *call, const struct status *status, struct buf *out)
{
    buf_append(out, STR("{\"code\":"));
    detail_json_string(connect_code_name(status->code), out);
    if (status->msg[0] != '\0') {
        buf_append(out, STR(",\"message\":"));
        detail_json_string(str_z(status->msg), out);
    }
    if (call->details != NULL) {
        buf_append(out, STR(",\"details\":"));
        detail_json_list(call->details, out);
    }
    buf_byte(out, '}');
}

static bool connect_timeout(struct str text, int64_t *timeout_ms)
{
    *timeout_ms = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *timeout_ms = *timeout_ms * 10 + (text.data[i] - '0');
    }
    return text.size > 0 && text.size <= CONNECT_TIMEOUT_DIGITS_MAX;
}

static struct status connect_encodings(struct rpc_call *call, const struct connect_names *names)
{
    const struct http_fields *fields = &call->exchange->fields;
    struct str encoding = http_fields_get(fields, str_z(names->encoding));
    struct str accepted = str_z(names->accepted);
    if (encoding.size > 0 && !compression_find(encoding, &call->request_compression)) {
        exchange_header(call->exchange, accepted, STR(COMPRESSION_NAMES));
        return status_error(STATUS_UNIMPLEMENTED,
                            "expected one of " COMPRESSION_NAMES " as %s, not '%.*s'",
                            names->encoding, STR_ARG(encoding));
    }
    call->answer_compression =
        compression_choose(http_fields_get(fields, accepted), call->request_compression);
    return status_ok();
}

struct status connect_accept(struct rpc_call *call, const struct connect_names *names)
{
    const struct http_fields *fields = &call->exchange->fields;
    struct str version = http_fields_get(fields, STR("connect-protocol-version"));
    struct str timeout = http_fields_get(fields, STR("connect-timeout-ms"));
    int64_t timeout_ms;
    if (version.data != NULL && !str_eq(version, STR("1"))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected version 1 of the Connect protocol, not '%.*s'",
                            STR_ARG(version));
    }
    if (timeout.data != NULL) {
        if (!connect_timeout(timeout, &timeout_ms)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected milliseconds as connect-timeout-ms, not '%.*s'",
                                STR_ARG(timeout));
        }
        call->timeout_ms = timeout_ms;
        rpc_call_set_timeout(call, timeout_ms * 1000);
    }
    TRY(connect_encodings(call, names));
    return call->entry != NULL ? status_ok()
                               : status_error(STATUS_UNIMPLEMENTED,
                                              "expected a method that is served here, not '%.*s'",
                                              STR_ARG(call->exchange->path));
}
