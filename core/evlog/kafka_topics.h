/* The topics of a log on Kafka: made with the settings that the log needs, checked for them. */
#ifndef CORE_EVLOG_KAFKA_TOPICS_H
#define CORE_EVLOG_KAFKA_TOPICS_H

#include "core/evlog/kafka_client.h"

/* Makes the topics that are not there and writes who the log is, unless it says so already.
 * Failures as evlog_kafka_create. */
MUST_USE struct status kafka_topics_create(const struct evlog_kafka_options *options,
                                           rd_kafka_t *client,
                                           const struct evlog_identity *identity);
/* Reads who the log is, and whether it is a draft, and checks its topics. Failures as
 * evlog_kafka_open. */
MUST_USE struct status kafka_topics_check(const struct evlog_kafka_options *options,
                                          rd_kafka_t *client, struct evlog_identity *identity,
                                          bool *draft);

#endif
