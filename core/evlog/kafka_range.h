/* Questions to the brokers that are asked again until a deadline: a leader moves, a topic is new.
 */
#ifndef CORE_EVLOG_KAFKA_RANGE_H
#define CORE_EVLOG_KAFKA_RANGE_H

#include "core/evlog/kafka_client.h"

struct kafka_range_deadline {
    int64_t at_us; /* monotonic */
};

/* How long the caller wants to wait. */
int kafka_range_timeout_ms(const struct evlog_kafka_options *options);
/* That long from now. */
struct kafka_range_deadline kafka_range_deadline(const struct evlog_kafka_options *options);
/* Milliseconds left, 0 when it has passed. */
int kafka_range_left(const struct kafka_range_deadline *deadline);
/* Waits a moment; false when the deadline has passed. */
bool kafka_range_pause(const struct kafka_range_deadline *deadline);

/* How many partitions a topic has, all with a leader. NOT_FOUND: there is no such topic. */
MUST_USE struct status kafka_range_count(rd_kafka_t *client, const char *name,
                                         const struct kafka_range_deadline *deadline,
                                         uint32_t *count);
/* The first offset kept and the one behind the last record. */
MUST_USE struct status kafka_range(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                   int stream, uint32_t partition, uint64_t *begin, uint64_t *end);

#endif
