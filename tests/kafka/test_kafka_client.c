/* Our settings of clients, on brokers that librdkafka plays. */
#include "core/evlog/kafka_client.h"

#include <librdkafka/rdkafka_mock.h>

#include "tests/lib/test.h"

enum { INIT_PRODUCER_ID = 22, HANGS_MS = 60000, WAIT_MS = 30000 };

/* A broker that is played, and the client inside which it is. */
struct played {
    rd_kafka_t *player;
    rd_kafka_mock_cluster_t *cluster;
    struct evlog_kafka_options options;
};

static struct played played_new(void)
{
    char reason[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL); /* it misses brokers */
    struct played played = { .player =
                                 rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason) };
    played.cluster = rd_kafka_mock_cluster_new(played.player, 1);
    played.options =
        (struct evlog_kafka_options){ .brokers = rd_kafka_mock_cluster_bootstraps(played.cluster),
                                      .prefix = "played" };
    assert_int_equal(rd_kafka_mock_topic_create(played.cluster, "played", 1, 1), 0);
    return played;
}

/* The next producer waits for its number; one that asks again has it at once. */
static void played_hangs(struct played *played)
{
    rd_kafka_mock_broker_push_request_error_rtts(played->cluster, 1, INIT_PRODUCER_ID, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, HANGS_MS);
}

static void played_free(struct played *played)
{
    rd_kafka_mock_cluster_destroy(played->cluster);
    rd_kafka_destroy(played->player);
}

/* Produces a record and waits for its report. */
static void played_produce(const struct played *played)
{
    rd_kafka_t *producer;
    char value[] = "value";
    assert_ok(kafka_client_new(&played->options, KAFKA_PRODUCER, &producer));
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, "played", NULL);
    assert_int_equal(
        rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, sizeof value, NULL, 0, NULL), 0);
    rd_kafka_queue_t *reports = rd_kafka_queue_get_main(producer);
    rd_kafka_event_t *event = rd_kafka_queue_poll(reports, WAIT_MS);
    while (event != NULL && rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
        rd_kafka_event_destroy(event); /* that a request timed out */
        event = rd_kafka_queue_poll(reports, WAIT_MS);
    }
    if (event == NULL) {
        fail_msg("expected the report of a record within %d ms", WAIT_MS);
    }
    assert_int_equal(rd_kafka_event_message_next(event)->err, 0);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(reports);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
}

TEST(kafka_client, a_producer_leaves_a_broker_that_does_not_number_it)
{
    struct played played = played_new();
    played_hangs(&played);
    played_produce(&played);
    played_free(&played);
}
