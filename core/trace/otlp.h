/* Spans as OTLP 1 in JSON (opentelemetry-proto's ExportTraceServiceRequest): ids in hexadecimal
 * digits, 64-bit numbers as strings, enums as numbers. Pure. */
#ifndef CORE_TRACE_OTLP_H
#define CORE_TRACE_OTLP_H

#include "core/base/buf.h"
#include "core/trace/span.h"

/* Who tells. Borrowed. */
struct otlp_resource {
    struct str service;  /* service.name */
    struct str version;  /* service.version */
    struct str instance; /* service.instance.id */
};

/* Appends one request. */
void otlp_write(const struct otlp_resource *resource, const struct span *spans, size_t count,
                struct buf *json);

#endif
