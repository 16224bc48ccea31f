/* One error type with gRPC's numbers and an inline message, so that reporting an error needs no
 * memory. Messages say what was expected, in lower case, without full stop, values in single
 * quotes. */
#ifndef CORE_BASE_STATUS_H
#define CORE_BASE_STATUS_H

#include <assert.h>
#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

enum status_code {
    STATUS_OK = 0,
    STATUS_CANCELLED = 1,
    STATUS_UNKNOWN = 2,
    STATUS_INVALID_ARGUMENT = 3,
    STATUS_DEADLINE_EXCEEDED = 4,
    STATUS_NOT_FOUND = 5,
    STATUS_ALREADY_EXISTS = 6,
    STATUS_PERMISSION_DENIED = 7,
    STATUS_RESOURCE_EXHAUSTED = 8,
    STATUS_FAILED_PRECONDITION = 9,
    STATUS_ABORTED = 10,
    STATUS_OUT_OF_RANGE = 11,
    STATUS_UNIMPLEMENTED = 12,
    STATUS_INTERNAL = 13,
    STATUS_UNAVAILABLE = 14,
    STATUS_DATA_LOSS = 15,
    STATUS_UNAUTHENTICATED = 16,
};
static_assert(STATUS_UNAUTHENTICATED == 16, "same numbers as gRPC");

enum { STATUS_MSG_MAX = 252 };

struct status {
    enum status_code code;
    char msg[STATUS_MSG_MAX];
};

/* The status of success, with an empty message. */
static inline struct status status_ok(void)
{
    struct status status;
    status.code = STATUS_OK;
    status.msg[0] = '\0'; /* clearing all of it costs more than many a function that succeeds */
    return status;
}

/* A failure; the message is cut (at a character's start) to fit. */
MUST_USE struct status status_error(enum status_code code, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* The same failure with context before its message ("append partition 3: broker down"); OK stays
 * OK. Added once per module boundary. */
MUST_USE struct status status_prefix(struct status status, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* "NOT_FOUND" for STATUS_NOT_FOUND; "UNKNOWN" for numbers that gRPC does not have. Static memory.
 */
const char *status_code_name(enum status_code code);

/* The other way; UNKNOWN for any other name. */
enum status_code status_code_named(const char *name);

/* Passes a failure up. */
#define TRY(expression)                          \
    do {                                         \
        struct status try_status = (expression); \
        if (try_status.code != STATUS_OK) {      \
            return try_status;                   \
        }                                        \
    } while (0)

/* Passes a failure to the cleanup label `out` of a function that has `struct status st`. */
#define TRY_OUT(expression)         \
    do {                            \
        st = (expression);          \
        if (st.code != STATUS_OK) { \
            goto out;               \
        }                           \
    } while (0)

#endif
