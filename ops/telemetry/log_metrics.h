/* Appends to the log, as metrics: a log around the one that is opened, which counts what goes
 * through. */
#ifndef OPS_TELEMETRY_LOG_METRICS_H
#define OPS_TELEMETRY_LOG_METRICS_H

#include "core/base/clock.h"
#include "core/evlog/evlog.h"
#include "core/metrics/metrics.h"

struct log_metrics {
    struct clock clock;
    struct counter records[EVLOG_STREAMS];
    struct counter bytes[EVLOG_STREAMS];
    struct counter unknown;
    struct histogram took;
    struct gauge pending;
};

/* Puts a counting log around *log, and takes that; closing it closes both. `metrics` must live as
 * long. Any number of logs of any threads. */
void log_metrics_wrap(struct log_metrics *metrics, struct evlog **log);

struct metrics_source log_metrics_source(struct log_metrics *metrics);

#endif
