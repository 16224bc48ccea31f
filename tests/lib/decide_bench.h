/* One command decided again and again on an org in memory: nothing is kept. */
#ifndef TESTS_LIB_DECIDE_BENCH_H
#define TESTS_LIB_DECIDE_BENCH_H

#include "tests/lib/org_world.h"

struct decide_bench {
    struct org_world world;
    struct arena arena;
    Agency__V1__Command command;
    /* Of the last decision. */
    size_t events_count;
    size_t constraints_count; /* that were not true */
    uint64_t gas_used;
};

/* With the org made (org_world_init_owned); must not be moved. */
void decide_bench_init(struct decide_bench *bench);
void decide_bench_release(struct decide_bench *bench);

/* Who commands from now on, and what: as org_world_as and org_world_read. */
void decide_bench_take(struct decide_bench *bench, const char *as, const char *text);
/* A step as tests/lib/bench.h has it: decides the command. */
void decide_bench_step(void *bench);

#endif
