/* How long the topics of a log keep their records, as the brokers say now: an installation may
 * change it at any time, except for decisions. */
#ifndef CORE_EVLOG_KAFKA_RETENTION_H
#define CORE_EVLOG_KAFKA_RETENTION_H

#include "core/evlog/evlog_kafka.h"

/* Milliseconds by stream; -1: for ever. UNAVAILABLE; PERMISSION_DENIED or another reason of the
 * brokers not to tell. */
MUST_USE struct status kafka_retention_ask(const struct evlog_kafka_options *options,
                                           int64_t retention_ms[EVLOG_STREAMS]);

#endif
