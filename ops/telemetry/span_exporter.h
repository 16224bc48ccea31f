/* Sends spans to a collector: OTLP over HTTP, in JSON, in batches, by a thread of its own. It never
 * holds anybody up: what a full queue does not take is dropped, and counted. */
#ifndef OPS_TELEMETRY_SPAN_EXPORTER_H
#define OPS_TELEMETRY_SPAN_EXPORTER_H

#include "core/base/clock.h"
#include "core/base/diag.h"
#include "core/metrics/metrics.h"
#include "core/trace/otlp.h"

struct span_exporter_options {
    struct str endpoint; /* "http://127.0.0.1:4318": its /v1/traces; or with a path of its own */
    struct otlp_resource resource; /* borrowed */
    struct diag *diag;
};

struct span_exporter;

/* Starts it. Gives it. INVALID_ARGUMENT: the endpoint is no address of http or https; UNAVAILABLE:
 * no thread. The first call of a process must come before other threads start. */
MUST_USE struct status span_exporter_open(const struct span_exporter_options *options,
                                          struct span_exporter **exporter);
/* Sends what is there, if the collector takes it at once, and ends. NULL is fine. */
void span_exporter_close(struct span_exporter *exporter);

/* Copies. Any thread. */
void span_exporter_offer(struct span_exporter *exporter, const struct span *span);

struct metrics_source span_exporter_source(struct span_exporter *exporter);

#endif
