/* Who a log on Kafka is, and whether it is a draft: PREFIX.log says it. */
#ifndef CORE_EVLOG_KAFKA_IDENTITY_H
#define CORE_EVLOG_KAFKA_IDENTITY_H

#include "core/evlog/kafka_client.h"

/* NOT_FOUND: nobody has said it yet. DATA_LOSS: what was said is not it. UNAVAILABLE. */
MUST_USE struct status kafka_identity_read(const struct evlog_kafka_options *options,
                                           rd_kafka_t *client, struct evlog_identity *identity,
                                           bool *draft);
/* Says it, behind what others may have said before. UNAVAILABLE: it may be said or not. */
MUST_USE struct status kafka_identity_write(const struct evlog_kafka_options *options,
                                            const struct evlog_identity *identity, bool draft);

#endif
