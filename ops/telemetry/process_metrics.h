/* The process as the system sees it, as metrics; Prometheus's own names, which all dashboards know.
 */
#ifndef OPS_TELEMETRY_PROCESS_METRICS_H
#define OPS_TELEMETRY_PROCESS_METRICS_H

#include "core/metrics/metrics.h"

struct process_metrics {
    int64_t
        started_us; /* since 1970; the system tells it to nobody who sees his own process alone */
};

struct metrics_source process_metrics_source(struct process_metrics *metrics);

#endif
