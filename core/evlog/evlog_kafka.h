/* The log on Apache Kafka: a topic for each stream, PREFIX.commands, .decisions, .outcomes,
 * .events, .dead_letters and .status, and PREFIX.log, whose first record says who the log is. Any
 * number of writers; each record alone. */
#ifndef CORE_EVLOG_EVLOG_KAFKA_H
#define CORE_EVLOG_EVLOG_KAFKA_H

#include "core/evlog/evlog.h"

/* A property of librdkafka: TLS, SASL, time-outs. */
struct evlog_kafka_property {
    const char *name;
    const char *value;
};

enum { KAFKA_PREFIX_SIZE_MAX = 100 };

/* All strings are borrowed until the log is closed. */
struct evlog_kafka_options {
    const char *brokers; /* bootstrap servers, "host:port,host:port" */
    const char *prefix;  /* of the topics: 1 to KAFKA_PREFIX_SIZE_MAX letters, digits, . _ - */
    bool read_only;      /* append is UNAVAILABLE then */
    bool draft;          /* make the draft of a copy; open one, too, to go on with it */
    uint32_t partitions_count; /* expected; 0 = whatever the log has */
    /* Milliseconds by stream that the topics keep records, when they are made: of commands,
     * outcomes, events and dead letters; -1: for ever. NULL: a week of outcomes and dead letters.
     */
    const int64_t *retention_ms;
    uint32_t replicas; /* of each partition when the topics are made; 0 = as the brokers say */
    int timeout_ms;    /* to wait for the brokers when opening and in range; 0 = 10 s */
    const struct evlog_kafka_property *properties;
    size_t properties_count;
};

/* Makes the topics and says who the log is. Safe to repeat after a failure; of two at a time one
 * wins. ALREADY_EXISTS: the log is there. FAILED_PRECONDITION: topics are there that will not do.
 * UNAVAILABLE: the brokers' reason. INVALID_ARGUMENT: see evlog_kafka_open. */
MUST_USE struct status evlog_kafka_create(const struct evlog_kafka_options *options,
                                          const struct evlog_identity *identity);
/* Opens a log and checks that its topics keep what they must keep.
 * NOT_FOUND: there is none, or a draft only. FAILED_PRECONDITION: a topic has a setting that would
 * lose or reorder records, or another number of partitions; the message says which.
 * INVALID_ARGUMENT: a property that librdkafka does not know, or that would break our rules, or a
 * prefix that no topic can have.
 * UNAVAILABLE: the brokers do not answer. */
MUST_USE struct status evlog_kafka_open(const struct evlog_kafka_options *options,
                                        struct evlog **log);

#endif
