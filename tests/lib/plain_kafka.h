/* What the broker and librdkafka alone can do with the same bytes: the ceilings that figures of the
 * log are held against. Nothing of ours is between, but the client's settings are the same. */
#ifndef TESTS_LIB_PLAIN_KAFKA_H
#define TESTS_LIB_PLAIN_KAFKA_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct plain_kafka {
    const char *brokers;
    const char *topic; /* empty, and there */
    uint32_t partitions_count;
};

/* Records a second, from the first offer to the last acknowledgement. Fails the test, here and
 * below, where the broker refuses. */
double plain_kafka_produce(const struct plain_kafka *plain, const struct str *values, size_t count);
/* Records a second, reading so many from the beginning. */
double plain_kafka_consume(const struct plain_kafka *plain, size_t count);
/* From the offer of a record until a reader has it, one at a time, so many a second. Milliseconds;
 * that fraction of them, not longer. */
struct plain_kafka_times {
    double p50_ms;
    double p99_ms;
};
struct plain_kafka_times plain_kafka_round_trips(const struct plain_kafka *plain, struct str value,
                                                 size_t count, double rate);

#endif
