#include "core/trace/traceparent.h"

static const char trace_digits[] = "0123456789abcdef";

void trace_hex(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = trace_digits[bytes[i] >> 4];
        text[2 * i + 1] = trace_digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

/* The value of a digit, -1 for what is none; the specification knows lower case only. */
static int trace_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool trace_bytes(struct str text, size_t at, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int high = trace_digit(text.data[at + 2 * i]), low = trace_digit(text.data[at + 2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool trace_is_zero(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

/* Places of the parts: version, trace id, parent id, flags. */
enum { AT_TRACE = 3, AT_SPAN = 36, AT_FLAGS = 53, VERSION_NONE = 0xff };

static bool traceparent_shape(struct str text)
{
    return text.size >= TRACEPARENT_SIZE && text.data[AT_TRACE - 1] == '-' &&
           text.data[AT_SPAN - 1] == '-' && text.data[AT_FLAGS - 1] == '-';
}

bool traceparent_read(struct str text, struct traceparent *traceparent)
{
    uint8_t version, flags;
    if (!traceparent_shape(text) || !trace_bytes(text, 0, &version, 1) ||
        !trace_bytes(text, AT_TRACE, traceparent->trace_id, TRACE_ID_SIZE) ||
        !trace_bytes(text, AT_SPAN, traceparent->span_id, SPAN_ID_SIZE) ||
        !trace_bytes(text, AT_FLAGS, &flags, 1)) {
        return false;
    }
    bool ends =
        text.size == TRACEPARENT_SIZE || (version > 0 && text.data[TRACEPARENT_SIZE] == '-');
    traceparent->sampled = (flags & 1) != 0;
    return ends && version != VERSION_NONE &&
           !trace_is_zero(traceparent->trace_id, TRACE_ID_SIZE) &&
           !trace_is_zero(traceparent->span_id, SPAN_ID_SIZE);
}

void traceparent_write(const struct traceparent *traceparent, char text[TRACEPARENT_SIZE + 1])
{
    memcpy(text, "00-", AT_TRACE);
    trace_hex(traceparent->trace_id, TRACE_ID_SIZE, text + AT_TRACE);
    text[AT_SPAN - 1] = '-';
    trace_hex(traceparent->span_id, SPAN_ID_SIZE, text + AT_SPAN);
    memcpy(text + AT_FLAGS - 1, traceparent->sampled ? "-01" : "-00", 4);
}
