/* The log on a broker of its own, on the same machine. */
#include <stdio.h>

#include "core/base/limits.h"
#include "core/evlog/evlog_kafka.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/log_bench.h"
#include "tests/lib/log_tool.h"

int main(void)
{
    struct evlog *log;
    broker_tool_lives_long();
    struct evlog_identity identity = log_tool_identity(PARTITIONS_DEFAULT);
    struct evlog_kafka_options options = { .brokers = broker_tool_address(),
                                           .prefix = "bench",
                                           .timeout_ms = 30000 };
    if (options.brokers == NULL) {
        printf("skipped: there is no Java (ops/setup --tests)\n");
        return 0;
    }
    log_bench_require(evlog_kafka_create(&options, &identity));
    log_bench_require(evlog_kafka_open(&options, &log));
    log_bench(log, 2000, 300000);
    evlog_close(log);
    return 0;
}
