#include "core/rpc/protocol/connect_code.h"

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

struct str connect_code_name(enum status_code code)
{
    return str_z(connect_code(code)->name);
}

enum status_code connect_code_named(struct str name)
{
    for (unsigned code = STATUS_CANCELLED; code <= STATUS_UNAUTHENTICATED; code++) {
        if (str_eq(connect_code_name((enum status_code)code), name)) {
            return (enum status_code)code;
        }
    }
    return STATUS_UNKNOWN;
}

unsigned connect_code_http(enum status_code code)
{
    return connect_code(code)->status;
}
