/* The local log: how long one synced append takes, how many a second it takes in groups, how fast
 * it is read. On the file system of the folder that is the argument, else of the current one. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/evlog/evlog_local.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"

enum { BENCH_SINGLES = 2000, BENCH_GROUPED = 1000000, BENCH_VALUE_SIZE = 300 };

static int64_t bench_now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void bench_require(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static size_t bench_poll(struct evlog *log)
{
    struct evlog_completion completions[256];
    size_t count;
    bench_require(evlog_poll(log, completions, 256, &count));
    if (count == 0) {
        evlog_wait(evlog_descriptor(log), 10000000);
    }
    return count;
}

/* A command and its decision. */
static bool bench_append(struct evlog *log, uint32_t n)
{
    static char value[BENCH_VALUE_SIZE];
    uint32_t partition = n % PARTITIONS_DEFAULT;
    struct evlog_item items[2] = {
        { EVLOG_COMMANDS, partition, STR("org"), { value, sizeof value / 2 }, n },
        { EVLOG_DECISIONS, partition, STR("org"), { value, sizeof value }, n },
    };
    struct status st = evlog_append(log, items, 2);
    if (st.code != STATUS_RESOURCE_EXHAUSTED) {
        bench_require(st);
    }
    return st.code == STATUS_OK;
}

static int bench_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void bench_singles(struct evlog *log)
{
    int64_t *times = mem_zalloc(BENCH_SINGLES, sizeof *times);
    for (uint32_t n = 0; n < BENCH_SINGLES; n++) {
        int64_t start = bench_now_ns(CLOCK_MONOTONIC);
        bench_append(log, n);
        for (size_t done = 0; done < 2;) {
            done += bench_poll(log);
        }
        times[n] = bench_now_ns(CLOCK_MONOTONIC) - start;
    }
    qsort(times, BENCH_SINGLES, sizeof *times, bench_compare);
    printf("one synced append: p50 %.0f us, p99 %.0f us\n", (double)times[BENCH_SINGLES / 2] / 1e3,
           (double)times[BENCH_SINGLES * 99 / 100] / 1e3);
    mem_free(times);
}

static void bench_grouped(struct evlog *log)
{
    int64_t start = bench_now_ns(CLOCK_MONOTONIC);
    int64_t cpu = bench_now_ns(CLOCK_PROCESS_CPUTIME_ID);
    size_t done = 0;
    for (uint32_t n = 0; n < BENCH_GROUPED;) {
        if (bench_append(log, n)) {
            n++;
        } else {
            done += bench_poll(log);
        }
    }
    while (done < 2 * (size_t)BENCH_GROUPED) {
        done += bench_poll(log);
    }
    double seconds = (double)(bench_now_ns(CLOCK_MONOTONIC) - start) / 1e9;
    double cpu_us = (double)(bench_now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e3;
    printf("grouped: %.0f decisions/s with their commands, %.2f us CPU each\n",
           BENCH_GROUPED / seconds, cpu_us / BENCH_GROUPED);
}

static void bench_read(struct evlog *log)
{
    struct evlog_reader *reader;
    struct evlog_record records[512];
    int64_t start = bench_now_ns(CLOCK_MONOTONIC);
    size_t count = 1, total = 0;
    bench_require(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    for (uint32_t p = 0; p < PARTITIONS_DEFAULT; p++) {
        bench_require(evlog_reader_seek(reader, p, 0));
    }
    for (; count > 0; total += count) {
        bench_require(evlog_reader_read(reader, records, 512, &count));
    }
    double seconds = (double)(bench_now_ns(CLOCK_MONOTONIC) - start) / 1e9;
    printf("read: %.0f decisions/s, past as many commands\n", (double)total / seconds);
    evlog_reader_close(reader);
}

int main(int argc, char **argv)
{
    char path[4096];
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(PARTITIONS_DEFAULT);
    struct evlog_local_options options = { .read_only = false };
    snprintf(path, sizeof path, "%s/bench-XXXXXX", argc > 1 ? argv[1] : ".");
    if (mkdtemp(path) == NULL) {
        return 1;
    }
    bench_require(evlog_local_create(path, &identity));
    bench_require(evlog_local_open(path, &options, &log));
    bench_singles(log);
    bench_grouped(log);
    bench_read(log);
    evlog_close(log);
    int64_t start = bench_now_ns(CLOCK_MONOTONIC);
    bench_require(evlog_local_open(path, &options, &log));
    printf("open: %.1f ms\n", (double)(bench_now_ns(CLOCK_MONOTONIC) - start) / 1e6);
    evlog_close(log);
    folder_tool_remove(path);
    return 0;
}
