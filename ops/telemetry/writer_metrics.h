/* What is decided here and what lies in the stores, as metrics. Counted by the thread that decides,
 * written by any. */
#ifndef OPS_TELEMETRY_WRITER_METRICS_H
#define OPS_TELEMETRY_WRITER_METRICS_H

#include "core/base/clock.h"
#include "core/metrics/metrics.h"
#include "writers/watch.h"

struct writer_metrics;

/* Gives it. */
struct writer_metrics *writer_metrics_open(struct clock clock);
/* NULL is fine. */
void writer_metrics_close(struct writer_metrics *metrics);

/* As struct writer_watch has them. */
void writer_metrics_decided(struct writer_metrics *metrics, const struct decided *decided);
void writer_metrics_partition(struct writer_metrics *metrics, const struct partition *partition);
void writer_metrics_queue(struct writer_metrics *metrics, uint32_t commands);
void writer_metrics_ahead(struct writer_metrics *metrics, int64_t ahead_us);
/* The last that it was told, of any thread. */
int64_t writer_metrics_ahead_us(const struct writer_metrics *metrics);

/* Decisions of a partition since the start. Any thread. */
uint64_t writer_metrics_decisions(const struct writer_metrics *metrics, uint32_t partition);

struct metrics_source writer_metrics_source(struct writer_metrics *metrics);
/* The name of a command by the number of its field: "AssignRole"; empty: there is none such. */
struct str writer_metrics_command(uint32_t number);

#endif
