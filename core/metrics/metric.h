/* What a program measures: rows that say it, and the numbers that threads count in. Counting is a
 * plain store or one atomic addition, never a lock: whoever reads sees each number as of some
 * moment a little ago, and never one that goes back. */
#ifndef CORE_METRICS_METRIC_H
#define CORE_METRICS_METRIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum metric_kind {
    METRIC_COUNTER,   /* only rises; its samples end in _total */
    METRIC_GAUGE,     /* how it is now */
    METRIC_HISTOGRAM, /* of durations, in seconds */
};

/* A family of samples. `name` ends in its unit, if it has one, and never in _total. */
struct metric {
    const char *name;
    enum metric_kind kind;
    const char *unit; /* a base unit: "seconds", "bytes", "ratio"; "": none */
    const char *help; /* one sentence */
};

struct counter {
    _Atomic uint64_t value;
};

/* From any thread. */
static inline void counter_add(struct counter *counter, uint64_t more)
{
    atomic_fetch_add_explicit(&counter->value, more, memory_order_relaxed);
}

/* The same where only one thread ever adds: no bus is locked for it. */
static inline void counter_add_alone(struct counter *counter, uint64_t more)
{
    uint64_t value = atomic_load_explicit(&counter->value, memory_order_relaxed);
    atomic_store_explicit(&counter->value, value + more, memory_order_relaxed);
}

static inline uint64_t counter_get(const struct counter *counter)
{
    return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

struct gauge {
    _Atomic int64_t value;
};

static inline void gauge_set(struct gauge *gauge, int64_t value)
{
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
}

static inline int64_t gauge_get(const struct gauge *gauge)
{
    return atomic_load_explicit(&gauge->value, memory_order_relaxed);
}

/* From 5 us, a quick decision, to 10 s, a broker that hangs; about 2.2 between two bounds. */
enum { HISTOGRAM_BOUNDS = 20 };

struct histogram {
    struct counter counts[HISTOGRAM_BOUNDS + 1]; /* the last: above all bounds */
    struct counter sum_us;
};

/* The bounds in microseconds, rising, and as Prometheus writes them, in seconds. */
extern const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS];
extern const char *const histogram_bounds[HISTOGRAM_BOUNDS];

/* From any thread. What is below 0 counts as 0: clocks of two threads differ a little. */
void histogram_add(struct histogram *histogram, int64_t duration_us);
/* The same where only one thread ever adds. */
void histogram_add_alone(struct histogram *histogram, int64_t duration_us);
uint64_t histogram_count(const struct histogram *histogram);

#endif
