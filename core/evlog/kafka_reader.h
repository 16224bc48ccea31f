/* Readers of a log on Kafka. */
#ifndef CORE_EVLOG_KAFKA_READER_H
#define CORE_EVLOG_KAFKA_READER_H

#include "core/evlog/evlog_kafka.h"

/* Opens a reader of one stream of so many partitions, with a client of its own. Borrows the strings
 * of `options`. */
MUST_USE struct status kafka_reader_new(const struct evlog_kafka_options *options,
                                        uint32_t partitions_count, enum evlog_stream stream,
                                        struct evlog_reader **reader);

#endif
