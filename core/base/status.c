#include "core/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_names[] = {
    [STATUS_OK] = "OK",
    [STATUS_CANCELLED] = "CANCELLED",
    [STATUS_UNKNOWN] = "UNKNOWN",
    [STATUS_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
    [STATUS_DEADLINE_EXCEEDED] = "DEADLINE_EXCEEDED",
    [STATUS_NOT_FOUND] = "NOT_FOUND",
    [STATUS_ALREADY_EXISTS] = "ALREADY_EXISTS",
    [STATUS_PERMISSION_DENIED] = "PERMISSION_DENIED",
    [STATUS_RESOURCE_EXHAUSTED] = "RESOURCE_EXHAUSTED",
    [STATUS_FAILED_PRECONDITION] = "FAILED_PRECONDITION",
    [STATUS_ABORTED] = "ABORTED",
    [STATUS_OUT_OF_RANGE] = "OUT_OF_RANGE",
    [STATUS_UNIMPLEMENTED] = "UNIMPLEMENTED",
    [STATUS_INTERNAL] = "INTERNAL",
    [STATUS_UNAVAILABLE] = "UNAVAILABLE",
    [STATUS_DATA_LOSS] = "DATA_LOSS",
    [STATUS_UNAUTHENTICATED] = "UNAUTHENTICATED",
};

/* vsnprintf cuts between bytes; a message must stay valid UTF-8, since it ends up in protobuf
 * strings. */
static void status_cut(char *msg)
{
    size_t end = strlen(msg);
    if (end + 1 < STATUS_MSG_MAX) {
        return;
    }
    size_t start = end;
    while (start > 0 && ((unsigned char)msg[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start > 0 && (unsigned char)msg[start - 1] >= 0xC0) {
        msg[start - 1] = '\0';
    }
}

struct status status_error(enum status_code code, const char *format, ...)
{
    assert(code != STATUS_OK);
    struct status status = { .code = code };
    va_list args;
    va_start(args, format);
    vsnprintf(status.msg, sizeof status.msg, format, args);
    va_end(args);
    status_cut(status.msg);
    return status;
}

struct status status_prefix(struct status status, const char *format, ...)
{
    if (status.code == STATUS_OK) {
        return status;
    }
    struct status prefixed = { .code = status.code };
    va_list args;
    va_start(args, format);
    int length = vsnprintf(prefixed.msg, sizeof prefixed.msg, format, args);
    va_end(args);
    size_t used = length < 0 ? 0 : (size_t)length;
    if (used < sizeof prefixed.msg) {
        /* Cutting is meant here; using the result tells the compiler so. */
        length = snprintf(prefixed.msg + used, sizeof prefixed.msg - used, ": %s", status.msg);
        assert(length >= 0);
    }
    status_cut(prefixed.msg);
    return prefixed;
}

const char *status_code_name(enum status_code code)
{
    size_t index = (size_t)code;
    return index < sizeof status_names / sizeof status_names[0] ? status_names[index] : "UNKNOWN";
}
