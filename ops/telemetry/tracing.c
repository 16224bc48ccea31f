#include "ops/telemetry/tracing.h"

#include <stdio.h>

#include "core/base/random.h"
#include "core/rpc/call.h"
#include "ops/telemetry/call_log.h"
#include "ops/telemetry/writer_metrics.h"

/* Where a traced call stands, kept with it. */
struct tracing_call {
    struct traceparent place;
    bool has_parent;
    uint8_t parent_id[SPAN_ID_SIZE];
};

/* What a caller has decided about his trace counts. */
static bool tracing_chooses(struct tracing *tracing, bool has_parent,
                            const struct traceparent *parent)
{
    if (has_parent) {
        return parent->sampled;
    }
    return tracing->one_in > 0 && tracing->calls++ % tracing->one_in == 0;
}

static void tracing_tell_handler(struct rpc_call *call, const struct traceparent *place)
{
    char text[TRACEPARENT_SIZE + 1];
    traceparent_write(place, text);
    rpc_call_set_trace(call, str_make(text, TRACEPARENT_SIZE));
}

void *tracing_begin(struct tracing *tracing, struct rpc_call *call)
{
    struct traceparent parent;
    if (tracing->exporter == NULL) {
        return NULL;
    }
    bool has_parent = traceparent_read(rpc_call_metadata(call, STR("traceparent")), &parent);
    bool chosen = tracing_chooses(tracing, has_parent, &parent);
    struct tracing_call *traced =
        chosen ? arena_zalloc(rpc_call_arena(call), sizeof *traced) : NULL;
    if (traced == NULL) {
        return NULL;
    }
    random_bytes(&traced->place, sizeof traced->place);
    traced->place.sampled = true;
    traced->has_parent = has_parent;
    if (has_parent) {
        memcpy(traced->place.trace_id, parent.trace_id, TRACE_ID_SIZE);
        memcpy(traced->parent_id, parent.span_id, SPAN_ID_SIZE);
    }
    tracing_tell_handler(call, &traced->place);
    return traced;
}

/* Spans have the time of day; a step back of the clock in between is not seen. */
static void tracing_times(const struct tracing *tracing, struct span *span, int64_t began_us,
                          int64_t ended_us)
{
    int64_t since_us = clock_monotonic_us(&tracing->clock) - ended_us;
    span->ended_us = clock_now_us(&tracing->clock) - since_us;
    span->began_us = span->ended_us - (ended_us - began_us);
}

/* A server's fault, as OpenTelemetry's conventions for gRPC have it; others are the caller's. */
static bool tracing_is_fault(enum status_code code)
{
    return code == STATUS_UNKNOWN || code == STATUS_DEADLINE_EXCEEDED ||
           code == STATUS_UNIMPLEMENTED || code == STATUS_INTERNAL || code == STATUS_UNAVAILABLE ||
           code == STATUS_DATA_LOSS;
}

static void tracing_fault(struct span *span, enum status_code code, const char *why)
{
    if (tracing_is_fault(code)) {
        span_fail(span, call_log_tells_why(code) ? str_z(why) : str_z(status_code_name(code)));
    }
}

void tracing_ended(struct tracing *tracing, const struct rpc_ended *ended, int64_t now_us)
{
    const struct tracing_call *traced = ended->note;
    if (traced == NULL) {
        return;
    }
    struct span span = { .place = traced->place,
                         .has_parent = traced->has_parent,
                         .kind = SPAN_SERVER };
    memcpy(span.parent_id, traced->parent_id, SPAN_ID_SIZE);
    span_name(&span, ended->method.size > 0 ? ended->method : STR("not served"));
    span_text(&span, "rpc.method", ended->method);
    span_text(&span, "rpc.response.status_code", str_z(status_code_name(ended->code)));
    span_text(&span, "client.address", str_z(ended->peer->address));
    tracing_fault(&span, ended->code, ended->message);
    tracing_times(tracing, &span, ended->began_us, now_us);
    span_exporter_offer(tracing->exporter, &span);
}

static void tracing_describe(struct span *span, const struct decided *decided)
{
    const struct submit_answer *answer = decided->answer;
    char name[SPAN_NAME_SIZE];
    snprintf(name, sizeof name, "decide %.*s", STR_ARG(writer_metrics_command(decided->command)));
    span_name(span, str_z(name));
    span_text(span, "agencygrid.org_id", decided->org_id);
    span_text(span, "agencygrid.command_id", decided->command_id);
    span_text(span, "agencygrid.code", str_z(status_code_name(answer->code)));
    span_number(span, "agencygrid.partition", decided->partition);
    span_number(span, "agencygrid.sequence", (int64_t)answer->sequence);
    span_number(span, "agencygrid.events", answer->events_count);
    tracing_fault(span, answer->code, answer->reason);
}

void tracing_decided(const struct tracing *tracing, const struct decided *decided)
{
    struct traceparent parent;
    if (tracing->exporter == NULL || !traceparent_read(decided->trace, &parent) ||
        !parent.sampled) {
        return;
    }
    struct span span = { .place = parent, .has_parent = true, .kind = SPAN_INTERNAL };
    memcpy(span.parent_id, parent.span_id, SPAN_ID_SIZE);
    random_bytes(span.place.span_id, SPAN_ID_SIZE);
    tracing_describe(&span, decided);
    tracing_times(tracing, &span, decided->began_us, decided->ended_us);
    span_exporter_offer(tracing->exporter, &span);
}
