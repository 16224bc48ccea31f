/* What it costs to publish a decision of one event: its outcome and its event with the entity, made
 * and handed to a log in memory. CPU time, as a decider pays it in whose thread the publisher
 * works. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/publisher_kit.h"

enum { BENCH_DECISIONS = 20000, BENCH_ROUNDS = 3 };

static double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
    static struct publisher_kit kit;
    double best = 1e9;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        publisher_kit_decide(&kit, BENCH_DECISIONS);
        double start = bench_seconds();
        publisher_kit_publish(&kit, publisher);
        double took = bench_seconds() - start;
        best = took < best ? took : best;
    }
    printf("a decision published (2 records)  %.1f us, %.0f records/s\n",
           best / BENCH_DECISIONS * 1e6, 2 * BENCH_DECISIONS / best);
    publisher_close(publisher);
    publisher_kit_close(&kit);
    return 0;
}
