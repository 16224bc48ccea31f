/* kafka.conf of a data folder: where its log is on Kafka. Lines of `name = value`: brokers, prefix,
 * and property.NAME for what librdkafka is to be told (TLS, SASL). */
#ifndef OPS_KAFKA_CONF_H
#define OPS_KAFKA_CONF_H

#include "core/base/config.h"
#include "core/evlog/evlog_kafka.h"

struct kafka_conf {
    struct str brokers;
    struct str prefix;
    struct config_pairs properties;
};

/* Reads the file; strings lie in the arena. NOT_FOUND: there is none. INVALID_ARGUMENT names the
 * line. FAILED_PRECONDITION: it has a password or the like, and others can read it. UNAVAILABLE. */
MUST_USE struct status kafka_conf_read(const char *path, struct arena *arena,
                                       struct kafka_conf *conf);
/* Writes the file, whole or not at all, for its owner's eyes only. INVALID_ARGUMENT: no brokers, or
 * a value of more than one line. UNAVAILABLE. */
MUST_USE struct status kafka_conf_write(const char *path, const struct kafka_conf *conf);
/* The same, but never over a file that says something else: ALREADY_EXISTS. */
MUST_USE struct status kafka_conf_claim(const char *path, struct arena *arena,
                                        const struct kafka_conf *conf);
/* What opens the log. `conf` and the arena must outlive it. */
MUST_USE struct status kafka_conf_options(const struct kafka_conf *conf, struct arena *arena,
                                          struct evlog_kafka_options *options);

#endif
