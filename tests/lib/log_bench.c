#include "tests/lib/log_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/limits.h"
#include "core/base/memory.h"

enum { LOG_BENCH_VALUE_SIZE = 300 };

static int64_t log_bench_now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

void log_bench_require(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static size_t log_bench_poll(struct evlog *log)
{
    struct evlog_completion completions[256];
    size_t count;
    log_bench_require(evlog_poll(log, completions, 256, &count));
    if (count == 0) {
        evlog_wait(evlog_descriptor(log), 10000000);
    }
    return count;
}

/* A command and its decision. */
static bool log_bench_append(struct evlog *log, uint32_t n)
{
    static char value[LOG_BENCH_VALUE_SIZE];
    uint32_t partition = n % PARTITIONS_DEFAULT;
    struct evlog_item items[2] = {
        { .stream = EVLOG_COMMANDS,
          .partition = partition,
          .key = STR("org"),
          .value = { value, sizeof value / 2 },
          .token = n },
        { .stream = EVLOG_DECISIONS,
          .partition = partition,
          .key = STR("org"),
          .value = { value, sizeof value },
          .token = n },
    };
    struct status st = evlog_append(log, items, 2);
    if (st.code != STATUS_RESOURCE_EXHAUSTED) {
        log_bench_require(st);
    }
    return st.code == STATUS_OK;
}

static int log_bench_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void log_bench_singles(struct evlog *log, uint32_t singles)
{
    int64_t *times = mem_zalloc(singles, sizeof *times);
    for (uint32_t n = 0; n < singles; n++) {
        int64_t start = log_bench_now_ns(CLOCK_MONOTONIC);
        log_bench_append(log, n);
        for (size_t done = 0; done < 2;) {
            done += log_bench_poll(log);
        }
        times[n] = log_bench_now_ns(CLOCK_MONOTONIC) - start;
    }
    qsort(times, singles, sizeof *times, log_bench_compare);
    printf("one acknowledged append: p50 %.0f us, p99 %.0f us\n", (double)times[singles / 2] / 1e3,
           (double)times[singles * 99 / 100] / 1e3);
    mem_free(times);
}

static void log_bench_grouped(struct evlog *log, uint32_t grouped)
{
    int64_t start = log_bench_now_ns(CLOCK_MONOTONIC);
    int64_t cpu = log_bench_now_ns(CLOCK_PROCESS_CPUTIME_ID);
    size_t done = 0;
    for (uint32_t n = 0; n < grouped;) {
        if (log_bench_append(log, n)) {
            n++;
        } else {
            done += log_bench_poll(log);
        }
    }
    while (done < 2 * (size_t)grouped) {
        done += log_bench_poll(log);
    }
    double seconds = (double)(log_bench_now_ns(CLOCK_MONOTONIC) - start) / 1e9;
    double cpu_us = (double)(log_bench_now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e3;
    printf("grouped: %.0f decisions/s with their commands, %.2f us CPU each\n", grouped / seconds,
           cpu_us / grouped);
}

static void log_bench_read(struct evlog *log, size_t expected)
{
    struct evlog_reader *reader;
    struct evlog_record records[512];
    int64_t start = log_bench_now_ns(CLOCK_MONOTONIC);
    size_t count, total = 0;
    log_bench_require(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    for (uint32_t p = 0; p < PARTITIONS_DEFAULT; p++) {
        log_bench_require(evlog_reader_seek(reader, p, 0));
    }
    while (total < expected) {
        log_bench_require(evlog_reader_read(reader, records, 512, &count));
        total += count;
        if (count == 0) {
            evlog_wait(evlog_reader_descriptor(reader), 10000000);
        }
    }
    double seconds = (double)(log_bench_now_ns(CLOCK_MONOTONIC) - start) / 1e9;
    printf("read: %.0f decisions/s\n", (double)total / seconds);
    evlog_reader_close(reader);
}

void log_bench(struct evlog *log, uint32_t singles, uint32_t grouped)
{
    log_bench_singles(log, singles);
    log_bench_grouped(log, grouped);
    log_bench_read(log, (size_t)singles + grouped);
}
