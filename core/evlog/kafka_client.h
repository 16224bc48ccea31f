/* Clients of librdkafka with the settings that our rules need, and the topics of a log. */
#ifndef CORE_EVLOG_KAFKA_CLIENT_H
#define CORE_EVLOG_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "core/evlog/evlog_kafka.h"

enum kafka_client_kind {
    KAFKA_PRODUCER,
    KAFKA_CONSUMER,
    KAFKA_ASKER, /* a consumer that asks brokers and topics how they are: see kafka_client_trouble
                  */
};

/* A new client; destroy it by rd_kafka_destroy. INVALID_ARGUMENT: librdkafka does not take a
 * property, or it is one that we must set ourselves (the message says why). UNAVAILABLE: the
 * machine has no room for its threads. */
MUST_USE struct status kafka_client_new(const struct evlog_kafka_options *options,
                                        enum kafka_client_kind kind, rd_kafka_t **client);

/* The status of an error of librdkafka: "cannot VERB: REASON". Mostly UNAVAILABLE. */
MUST_USE struct status kafka_client_error(const char *verb, rd_kafka_resp_err_t error);

/* Sets *trouble to what the connections of an asker last met since the previous call, and leaves it
 * where that is nothing: UNAVAILABLE, such as a port where nobody listens; UNAUTHENTICATED: a wrong
 * password or certificate, so asking again does not help. */
void kafka_client_trouble(rd_kafka_t *asker, struct status *trouble);

/* The topics of a log: its streams', then the one whose first record says who the log is. */
enum { KAFKA_LOG_TOPIC = EVLOG_STREAMS, KAFKA_TOPICS };

/* "PREFIX.commands", "PREFIX.decisions" ... */
enum { KAFKA_TOPIC_SIZE = 128 };
void kafka_client_topic(const struct evlog_kafka_options *options, int stream,
                        char name[KAFKA_TOPIC_SIZE]);

/* A descriptor that a queue of librdkafka makes readable; close it after the queue is gone. */
int kafka_client_bell(rd_kafka_queue_t *queue);
void kafka_client_ring(int bell);
void kafka_client_silence(int bell);

#endif
