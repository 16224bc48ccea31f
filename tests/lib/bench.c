#include "tests/lib/bench.h"

#include <stdio.h>
#include <time.h>

enum { BENCH_ROUNDS = 7 };

static double bench_now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

double bench_ns(bench_step_fn *step, void *self, uint32_t steps)
{
    double best = 0;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        double start = bench_now_ns();
        for (uint32_t i = 0; i < steps; i++) {
            step(self);
        }
        double each = (bench_now_ns() - start) / steps;
        best = round == 0 || each < best ? each : best;
    }
    return best;
}

void bench_print(const char *name, bench_step_fn *step, void *self, uint32_t steps)
{
    printf("%-40s %10.0f ns\n", name, bench_ns(step, self, steps));
    fflush(stdout);
}
