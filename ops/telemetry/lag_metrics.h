/* How far partitions are behind the ends of their logs, as metrics, and what threads that fold say
 * of it meanwhile. Any thread. */
#ifndef OPS_TELEMETRY_LAG_METRICS_H
#define OPS_TELEMETRY_LAG_METRICS_H

#include "core/base/clock.h"
#include "core/metrics/metrics.h"
#include "writers/cluster/options.h"

struct lag_metrics;

/* Gives it. */
struct lag_metrics *lag_metrics_open(struct clock clock);
/* NULL is fine. */
void lag_metrics_close(struct lag_metrics *metrics);

/* As struct writer_watch has it. */
void lag_metrics_pace(struct lag_metrics *metrics, uint32_t partition, const struct pace *pace);
/* What it was told last; all 0: nothing. */
struct pace lag_metrics_told(struct lag_metrics *metrics, uint32_t partition);

/* How all partitions are now; copies. */
void lag_metrics_note(struct lag_metrics *metrics, const struct replica_status *partitions,
                      uint32_t count);

struct metrics_source lag_metrics_source(struct lag_metrics *metrics);

#endif
