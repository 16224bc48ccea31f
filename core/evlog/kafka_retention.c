#include "core/evlog/kafka_retention.h"

#include <stdlib.h>

#include "core/evlog/kafka_client.h"
#include "core/evlog/kafka_range.h"

static int64_t kafka_retention_of(const rd_kafka_ConfigResource_t *topic)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(topic, &count);
    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "retention.ms") == 0 && value != NULL) {
            return strtoll(value, NULL, 10);
        }
    }
    return -1;
}

/* Answers come in the order of the questions. */
static struct status kafka_retention_read(rd_kafka_event_t *event,
                                          int64_t retention_ms[EVLOG_STREAMS])
{
    size_t count;
    rd_kafka_resp_err_t error =
        event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_client_error("ask for the topics' settings", error);
    }
    const rd_kafka_ConfigResource_t **topics = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    for (size_t i = 0; i < count && i < EVLOG_STREAMS; i++) {
        error = rd_kafka_ConfigResource_error(topics[i]);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return kafka_client_error("ask for a topic's settings", error);
        }
        retention_ms[i] = kafka_retention_of(topics[i]);
    }
    return status_ok();
}

struct status kafka_retention_ask(const struct evlog_kafka_options *options,
                                  int64_t retention_ms[EVLOG_STREAMS])
{
    rd_kafka_t *client;
    rd_kafka_ConfigResource_t *topics[EVLOG_STREAMS];
    TRY(kafka_client_new(options, KAFKA_CONSUMER, &client));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    for (int i = 0; i < EVLOG_STREAMS; i++) {
        char name[KAFKA_TOPIC_SIZE];
        kafka_client_topic(options, i, name);
        topics[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    }
    rd_kafka_DescribeConfigs(client, topics, EVLOG_STREAMS, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, kafka_range_timeout_ms(options));
    struct status st = kafka_retention_read(event, retention_ms);
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy_array(topics, EVLOG_STREAMS);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
    return st;
}
