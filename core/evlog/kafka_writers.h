/* Who may write a topic, as far as the brokers tell: who can write decisions owns the system. */
#ifndef CORE_EVLOG_KAFKA_WRITERS_H
#define CORE_EVLOG_KAFKA_WRITERS_H

#include "core/base/buf.h"
#include "core/evlog/evlog_kafka.h"

/* Appends a sentence for a person. It also says when the brokers do not tell. */
void kafka_writers_say(const struct evlog_kafka_options *options, enum evlog_stream stream,
                       struct buf *out);

#endif
