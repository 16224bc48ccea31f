/* A span: one step of a trace, as it is told to a collector. By value, so that it can cross
 * threads. */
#ifndef CORE_TRACE_SPAN_H
#define CORE_TRACE_SPAN_H

#include "core/trace/traceparent.h"

enum { SPAN_NAME_SIZE = 96, SPAN_TEXT_SIZE = 128, SPAN_ATTRIBUTES_MAX = 7 };

enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER = 2 }; /* as OTLP numbers them */

/* `name` is a literal; the value is the text, or else the number. */
struct span_attribute {
    const char *name;
    bool is_text;
    char text[SPAN_TEXT_SIZE];
    int64_t number;
};

struct span {
    struct traceparent place; /* its own span id */
    bool has_parent;
    uint8_t parent_id[SPAN_ID_SIZE];
    enum span_kind kind;
    char name[SPAN_NAME_SIZE];
    int64_t began_us; /* since 1970 */
    int64_t ended_us;
    bool failed;
    char why[SPAN_TEXT_SIZE]; /* of a failed one */
    size_t attributes_count;
    struct span_attribute attributes[SPAN_ATTRIBUTES_MAX];
};

/* Copies, cut where it is too long, between characters; one above SPAN_ATTRIBUTES_MAX is left out.
 */
void span_name(struct span *span, struct str name);
void span_fail(struct span *span, struct str why);
void span_text(struct span *span, const char *name, struct str value);
void span_number(struct span *span, const char *name, int64_t value);

#endif
