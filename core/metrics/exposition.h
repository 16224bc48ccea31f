/* Numbers as the text that Prometheus scrapes, in its own format (version 0.0.4) or as OpenMetrics
 * 1.0. Pure; one thread.
 *
 *     struct exposition out;
 *     exposition_begin(&out, EXPOSITION_PROMETHEUS, &text);
 *     exposition_metric(&out, &requests);
 *     exposition_integer(&out, LABELS({ "method", method }, { "code", code }), count);
 *     exposition_end(&out);
 *
 * All samples of a metric come behind its one exposition_metric. */
#ifndef CORE_METRICS_EXPOSITION_H
#define CORE_METRICS_EXPOSITION_H

#include "core/base/buf.h"
#include "core/metrics/metric.h"

enum exposition_format { EXPOSITION_PROMETHEUS, EXPOSITION_OPENMETRICS };

/* The format that a scraper prefers, by its header Accept; Prometheus's own where it says nothing
 * of OpenMetrics. */
enum exposition_format exposition_accepted(struct str accept);
/* Its content type. */
const char *exposition_type(enum exposition_format format);

struct label {
    const char *name;
    struct str value; /* any UTF-8 */
};

struct labels {
    const struct label *items;
    size_t count;
};

#define LABELS(...)                                                   \
    ((struct labels){ (const struct label[]){ __VA_ARGS__ },          \
                      sizeof((const struct label[]){ __VA_ARGS__ }) / \
                          sizeof((const struct label[]){ __VA_ARGS__ }[0]) })
#define NO_LABELS ((struct labels){ 0 })

struct exposition {
    enum exposition_format format;
    struct buf *text;            /* borrowed */
    const struct metric *metric; /* whose samples follow */
};

void exposition_begin(struct exposition *exposition, enum exposition_format format,
                      struct buf *text);
void exposition_metric(struct exposition *exposition, const struct metric *metric);
/* Samples of a counter or gauge. */
void exposition_integer(struct exposition *exposition, struct labels labels, int64_t value);
/* A metric with one sample, and no labels. */
void exposition_counter(struct exposition *exposition, const struct metric *metric,
                        const struct counter *counter);
void exposition_gauge(struct exposition *exposition, const struct metric *metric, int64_t value);
/* Microseconds as seconds. */
void exposition_seconds(struct exposition *exposition, struct labels labels, int64_t value_us);
/* All samples of one histogram. */
void exposition_histogram(struct exposition *exposition, struct labels labels,
                          const struct histogram *histogram);
void exposition_end(struct exposition *exposition);

#endif
