/* The local log, on the file system of the folder that is the argument, else of the current one. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/evlog/evlog_local.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_bench.h"
#include "tests/lib/log_tool.h"

int main(int argc, char **argv)
{
    char path[4096];
    struct evlog *log;
    struct clock clock = clock_real();
    struct evlog_identity identity = log_tool_identity(PARTITIONS_DEFAULT);
    struct evlog_local_options options = { .read_only = false };
    snprintf(path, sizeof path, "%s/bench-XXXXXX", argc > 1 ? argv[1] : ".");
    if (mkdtemp(path) == NULL) {
        return 1;
    }
    log_bench_require(evlog_local_create(path, &identity));
    log_bench_require(evlog_local_open(path, &options, &log));
    log_bench(log, 2000, 1000000);
    evlog_close(log);
    int64_t start_us = clock_monotonic_us(&clock);
    log_bench_require(evlog_local_open(path, &options, &log));
    printf("open: %.1f ms\n", (double)(clock_monotonic_us(&clock) - start_us) / 1e3);
    evlog_close(log);
    folder_tool_remove(path);
    return 0;
}
