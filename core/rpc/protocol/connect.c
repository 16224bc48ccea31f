/* The Connect protocol's common part (connectrpc.com/docs/protocol). */
#include "core/rpc/protocol/connect.h"

#include "core/rpc/protocol/connect_code.h"
#include "core/rpc/protocol/detail.h"

enum { CONNECT_TIMEOUT_DIGITS_MAX = 10 };

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
