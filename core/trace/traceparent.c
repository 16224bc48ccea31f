#include "core/trace/traceparent.h"

#include "core/base/hex.h"

void trace_hex(const uint8_t *bytes, size_t size, char *text)
{
    hex_write(bytes, size, text);
    text[2 * size] = '\0';
}

static bool trace_bytes(struct str text, size_t at, uint8_t *bytes, size_t size)
{
    return hex_read(str_make(text.data + at, 2 * size), bytes, size);
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
