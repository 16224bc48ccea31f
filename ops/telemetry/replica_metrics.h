/* How partitions on a shared log are, as metrics: who leads, how far outcomes and events are
 * published. */
#ifndef OPS_TELEMETRY_REPLICA_METRICS_H
#define OPS_TELEMETRY_REPLICA_METRICS_H

#include "core/metrics/metrics.h"
#include "writers/cluster/options.h"

struct replica_metrics;

/* Gives it. */
struct replica_metrics *replica_metrics_open(void);
/* NULL is fine. */
void replica_metrics_close(struct replica_metrics *metrics);

/* How they are now; `published` up to which sequence each is, 0: not here. Copies. Any thread. */
void replica_metrics_note(struct replica_metrics *metrics, const struct replica_status *partitions,
                          const uint64_t *published, uint32_t count, uint64_t published_count);

struct metrics_source replica_metrics_source(struct replica_metrics *metrics);

#endif
