/* Timing for benchmarks: a step is run many times, in rounds; the best round counts, since all that
 * disturbs only ever adds. */
#ifndef TESTS_LIB_BENCH_H
#define TESTS_LIB_BENCH_H

#include <stdint.h>

typedef void bench_step_fn(void *self);

/* Nanoseconds of one step. */
double bench_ns(bench_step_fn *step, void *self, uint32_t steps);
/* The same, printed: "name  275 ns". */
void bench_print(const char *name, bench_step_fn *step, void *self, uint32_t steps);

#endif
