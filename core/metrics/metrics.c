#include "core/metrics/metrics.h"

#include <assert.h>

void metrics_add(struct metrics *metrics, struct metrics_source source)
{
    assert(metrics->count < METRICS_SOURCES_MAX);
    metrics->sources[metrics->count++] = source;
}

void metrics_write(const struct metrics *metrics, enum exposition_format format, struct buf *text)
{
    struct exposition out;
    exposition_begin(&out, format, text);
    for (size_t i = 0; i < metrics->count; i++) {
        metrics->sources[i].write(metrics->sources[i].self, &out);
    }
    exposition_end(&out);
}
