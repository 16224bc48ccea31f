/* What status says of the log's topics: who may write the decisions, and how long records are kept.
 */
#ifndef OPS_CTL_STATUS_TOPICS_H
#define OPS_CTL_STATUS_TOPICS_H

#include "agency/v1/stream.pb-c.h"
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/evlog/evlog_kafka.h"

/* Asks the brokers; what they do not tell is left out. Lies in the arena. */
MUST_USE struct status status_topics_ask(const struct evlog_kafka_options *kafka,
                                         struct arena *arena, Agency__V1__StatusResponse *response);
/* Appends it as lines for a person. */
void status_topics_say(const Agency__V1__StatusResponse *response, struct buf *out);

#endif
