#include "core/metrics/metric.h"

const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS] = {
    5,     10,    25,    50,     100,    250,    500,     1000,    2500,    5000,
    10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

const char *const histogram_bounds[HISTOGRAM_BOUNDS] = {
    "5e-06", "1e-05", "2.5e-05", "5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005",
    "0.01",  "0.025", "0.05",    "0.1",   "0.25",   "0.5",     "1.0",    "2.5",   "5.0",    "10.0",
};

/* By bisection: five comparisons, whatever the duration. */
static size_t histogram_place(int64_t duration_us)
{
    size_t low = 0, high = HISTOGRAM_BOUNDS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (duration_us <= histogram_bounds_us[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void histogram_add(struct histogram *histogram, int64_t duration_us)
{
    counter_add(&histogram->counts[histogram_place(duration_us)], 1);
    counter_add(&histogram->sum_us, duration_us < 0 ? 0 : (uint64_t)duration_us);
}

void histogram_add_alone(struct histogram *histogram, int64_t duration_us)
{
    counter_add_alone(&histogram->counts[histogram_place(duration_us)], 1);
    counter_add_alone(&histogram->sum_us, duration_us < 0 ? 0 : (uint64_t)duration_us);
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += counter_get(&histogram->counts[i]);
    }
    return count;
}
