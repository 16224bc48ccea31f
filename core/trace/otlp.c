#include "core/trace/otlp.h"

#include <inttypes.h>

#include "core/base/json_text.h"

static void otlp_text(const char *name, struct str value, struct buf *json)
{
    buf_printf(json, "{\"key\":\"%s\",\"value\":{\"stringValue\":", name);
    json_text(value, json);
    buf_append(json, STR("}}"));
}

static void otlp_attribute(const struct span_attribute *attribute, struct buf *json)
{
    if (attribute->is_text) {
        otlp_text(attribute->name, str_z(attribute->text), json);
    } else {
        buf_printf(json, "{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRId64 "\"}}",
                   attribute->name, attribute->number);
    }
}

static void otlp_ids(const struct span *span, struct buf *json)
{
    char trace[2 * TRACE_ID_SIZE + 1], own[2 * SPAN_ID_SIZE + 1], parent[2 * SPAN_ID_SIZE + 1];
    trace_hex(span->place.trace_id, TRACE_ID_SIZE, trace);
    trace_hex(span->place.span_id, SPAN_ID_SIZE, own);
    buf_printf(json, "{\"traceId\":\"%s\",\"spanId\":\"%s\"", trace, own);
    if (span->has_parent) {
        trace_hex(span->parent_id, SPAN_ID_SIZE, parent);
        buf_printf(json, ",\"parentSpanId\":\"%s\"", parent);
    }
}

/* OTLP's codes of a span's status. */
enum { OTLP_STATUS_ERROR = 2 };

static void otlp_span(const struct span *span, struct buf *json)
{
    otlp_ids(span, json);
    buf_append(json, STR(",\"name\":"));
    json_text(str_z(span->name), json);
    buf_printf(json,
               ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64 "\",\"endTimeUnixNano\":\"%" PRId64
               "\",\"attributes\":[",
               (int)span->kind, span->began_us * 1000, span->ended_us * 1000);
    for (size_t i = 0; i < span->attributes_count; i++) {
        buf_append(json, i > 0 ? STR(",") : STR(""));
        otlp_attribute(&span->attributes[i], json);
    }
    buf_byte(json, ']');
    if (span->failed) {
        buf_printf(json, ",\"status\":{\"code\":%d,\"message\":", OTLP_STATUS_ERROR);
        json_text(str_z(span->why), json);
        buf_byte(json, '}');
    }
    buf_byte(json, '}');
}

static void otlp_resource(const struct otlp_resource *resource, struct buf *json)
{
    otlp_text("service.name", resource->service, json);
    buf_byte(json, ',');
    otlp_text("service.version", resource->version, json);
    buf_byte(json, ',');
    otlp_text("service.instance.id", resource->instance, json);
}

void otlp_write(const struct otlp_resource *resource, const struct span *spans, size_t count,
                struct buf *json)
{
    buf_append(json, STR("{\"resourceSpans\":[{\"resource\":{\"attributes\":["));
    otlp_resource(resource, json);
    buf_append(json, STR("]},\"scopeSpans\":[{\"scope\":{\"name\":\"agencygrid\"},\"spans\":["));
    for (size_t i = 0; i < count; i++) {
        buf_append(json, i > 0 ? STR(",") : STR(""));
        otlp_span(&spans[i], json);
    }
    buf_append(json, STR("]}]}]}"));
}
