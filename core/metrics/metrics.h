/* All that a program measures: the parts that tell their numbers when they are asked. */
#ifndef CORE_METRICS_METRICS_H
#define CORE_METRICS_METRICS_H

#include "core/metrics/exposition.h"

enum { METRICS_SOURCES_MAX = 16 };

/* A part of the program: writes its metrics, each once, with all their samples. Runs in the thread
 * that asks, beside those that count. */
struct metrics_source {
    void (*write)(void *self, struct exposition *out);
    void *self;
};

struct metrics {
    struct metrics_source sources[METRICS_SOURCES_MAX];
    size_t count;
};

/* Before the first metrics_write. Borrows. */
void metrics_add(struct metrics *metrics, struct metrics_source source);
/* Appends what all sources tell. */
void metrics_write(const struct metrics *metrics, enum exposition_format format, struct buf *text);

#endif
