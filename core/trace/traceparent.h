/* Where a call stands in a distributed trace: W3C Trace Context, level 1, header `traceparent`.
 * Pure. */
#ifndef CORE_TRACE_TRACEPARENT_H
#define CORE_TRACE_TRACEPARENT_H

#include "core/base/str.h"

enum { TRACE_ID_SIZE = 16, SPAN_ID_SIZE = 8, TRACEPARENT_SIZE = 55 };

struct traceparent {
    uint8_t trace_id[TRACE_ID_SIZE]; /* never all zero */
    uint8_t span_id[SPAN_ID_SIZE];   /* whose child comes next; never all zero */
    bool sampled;
};

/* "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", or one of a later version that begins
 * so. False for anything else: the call is then without a trace. */
bool traceparent_read(struct str text, struct traceparent *traceparent);
/* TRACEPARENT_SIZE characters, and a NUL. */
void traceparent_write(const struct traceparent *traceparent, char text[TRACEPARENT_SIZE + 1]);

/* Lower-case hexadecimal digits, two for each byte, and a NUL. */
void trace_hex(const uint8_t *bytes, size_t size, char *text);

#endif
