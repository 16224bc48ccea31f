#include "core/base/status.h"

#include <stdarg.h>
#include <string.h>

#include "core/base/utf8.h"

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

static void status_print(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void status_print(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    utf8_print(out, size, format, args);
    va_end(args);
}

struct status status_error(enum status_code code, const char *format, ...)
{
    assert(code != STATUS_OK);
    struct status status = { .code = code };
    va_list args;
    va_start(args, format);
    utf8_print(status.msg, sizeof status.msg, format, args);
    va_end(args);
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
    utf8_print(prefixed.msg, sizeof prefixed.msg, format, args);
    va_end(args);
    size_t used = strlen(prefixed.msg);
    status_print(prefixed.msg + used, sizeof prefixed.msg - used, ": %s", status.msg);
    return prefixed;
}

const char *status_code_name(enum status_code code)
{
    size_t index = (size_t)code;
    return index < sizeof status_names / sizeof status_names[0] ? status_names[index] : "UNKNOWN";
}

enum status_code status_code_named(const char *name)
{
    for (size_t code = 0; code < sizeof status_names / sizeof status_names[0]; code++) {
        if (strcmp(status_names[code], name) == 0) {
            return (enum status_code)code;
        }
    }
    return STATUS_UNKNOWN;
}
