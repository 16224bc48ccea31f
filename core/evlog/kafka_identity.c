/* Who a log is.
 *
 * Kafka gives a topic no identity that survives in its records and that our librdkafka can ask for,
 * so the log says itself who it is: in the first record of PREFIX.log. Two processes that make one
 * log at the same time write two; whoever is first has named it. A draft is a log when a later
 * record says so of the same log.
 *
 * The record: format (1 a log, 2 a draft), then history, log and commands log id, then P as four
 * bytes. */
#include "core/evlog/kafka_identity.h"

#include "core/base/limits.h"
#include "core/base/num.h"
#include "core/evlog/kafka_range.h"

enum {
    KAFKA_IDENTITY_LOG = 1,
    KAFKA_IDENTITY_DRAFT = 2,
    KAFKA_IDENTITY_SIZE = 1 + 3 * EVLOG_ID_SIZE + 4,
};

/* --- reading --- */

static struct status kafka_identity_decode(struct str value, struct evlog_identity *identity,
                                           bool *draft)
{
    int format = value.size == KAFKA_IDENTITY_SIZE ? value.data[0] : 0;
    if (format != KAFKA_IDENTITY_LOG && format != KAFKA_IDENTITY_DRAFT) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the first record of the log's topic to say who it is");
    }
    const char *in = value.data + 1;
    memset(identity, 0, sizeof *identity);
    memcpy(identity->history_id.bytes, in, EVLOG_ID_SIZE);
    memcpy(identity->log_id.bytes, in + EVLOG_ID_SIZE, EVLOG_ID_SIZE);
    memcpy(identity->commands_log_id.bytes, in + 2 * EVLOG_ID_SIZE, EVLOG_ID_SIZE);
    identity->partitions_count = num_get_u32be(in + 3 * EVLOG_ID_SIZE);
    *draft = format == KAFKA_IDENTITY_DRAFT;
    if (identity->partitions_count == 0 || identity->partitions_count > PARTITIONS_MAX) {
        return status_error(STATUS_DATA_LOSS, "expected a log of 1 to %d partitions, but it has %u",
                            PARTITIONS_MAX, identity->partitions_count);
    }
    return status_ok();
}

/* The first record names the log; a later one can say that it is no draft any more. */
static struct status kafka_identity_take(const rd_kafka_message_t *message,
                                         struct evlog_identity *identity, bool *draft)
{
    struct evlog_identity said;
    bool said_draft;
    struct str value = str_make(message->payload, message->len);
    if (message->offset == 0) {
        return kafka_identity_decode(value, identity, draft);
    }
    struct status st = kafka_identity_decode(value, &said, &said_draft);
    if (st.code == STATUS_OK && evlog_id_eq(said.log_id, identity->log_id) && !said_draft) {
        *draft = false;
    }
    return status_ok(); /* what is no such record, or of a slower maker, changes nothing */
}

/* Reads the topic's records before `end`, of which there is one at least. */
static struct status kafka_identity_consume(rd_kafka_topic_t *topic, uint64_t end,
                                            const struct kafka_range_deadline *deadline,
                                            struct evlog_identity *identity, bool *draft)
{
    uint64_t next = 0;
    struct status st = status_ok();
    while (st.code == STATUS_OK && next < end) {
        rd_kafka_message_t *message = rd_kafka_consume(topic, 0, kafka_range_left(deadline));
        if (message == NULL) {
            return status_error(STATUS_UNAVAILABLE, "expected the brokers to say who the log is, "
                                                    "but they do not answer");
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            next = (uint64_t)message->offset + 1;
            st = kafka_identity_take(message, identity, draft);
        } else if (kafka_range_left(deadline) == 0) {
            st = kafka_client_error("read who the log is", message->err);
        }
        rd_kafka_message_destroy(message);
    }
    return st;
}

struct status kafka_identity_read(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                  struct evlog_identity *identity, bool *draft)
{
    char name[KAFKA_TOPIC_SIZE];
    uint64_t begin, end;
    uint32_t count;
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    kafka_client_topic(options, KAFKA_LOG_TOPIC, name);
    TRY(kafka_range_count(client, name, &deadline, &count));
    TRY(kafka_range(options, client, KAFKA_LOG_TOPIC, 0, &begin, &end));
    if (end == 0) {
        return status_error(STATUS_NOT_FOUND, "expected a log in '%s', but it is empty", name);
    }
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    struct status st = status_ok();
    if (rd_kafka_consume_start(topic, 0, 0) != 0) {
        st = kafka_client_error("read who the log is", rd_kafka_last_error());
    } else {
        st = kafka_identity_consume(topic, end, &deadline, identity, draft);
        rd_kafka_consume_stop(topic, 0);
    }
    rd_kafka_topic_destroy(topic);
    return st;
}

/* --- writing --- */

/* Waits until a producer's only record has its delivery report. */
static rd_kafka_resp_err_t kafka_identity_wait(const struct evlog_kafka_options *options,
                                               rd_kafka_t *producer)
{
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(producer);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    while (error == RD_KAFKA_RESP_ERR__TIMED_OUT && kafka_range_left(&deadline) > 0) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, kafka_range_left(&deadline));
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
            error = rd_kafka_event_message_next(event)->err;
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    return error;
}

static void kafka_identity_encode(const struct evlog_identity *identity, bool draft,
                                  char value[KAFKA_IDENTITY_SIZE])
{
    value[0] = draft ? KAFKA_IDENTITY_DRAFT : KAFKA_IDENTITY_LOG;
    memcpy(value + 1, identity->history_id.bytes, EVLOG_ID_SIZE);
    memcpy(value + 1 + EVLOG_ID_SIZE, identity->log_id.bytes, EVLOG_ID_SIZE);
    memcpy(value + 1 + 2 * EVLOG_ID_SIZE, identity->commands_log_id.bytes, EVLOG_ID_SIZE);
    num_put_u32be(value + 1 + 3 * EVLOG_ID_SIZE, identity->partitions_count);
}

struct status kafka_identity_write(const struct evlog_kafka_options *options,
                                   const struct evlog_identity *identity, bool draft)
{
    char name[KAFKA_TOPIC_SIZE], value[KAFKA_IDENTITY_SIZE];
    rd_kafka_t *producer;
    kafka_client_topic(options, KAFKA_LOG_TOPIC, name);
    kafka_identity_encode(identity, draft, value);
    TRY(kafka_client_new(options, KAFKA_PRODUCER, &producer));
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
    rd_kafka_resp_err_t error;
    if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, sizeof value, NULL, 0, NULL) != 0) {
        error = rd_kafka_last_error();
    } else {
        error = kafka_identity_wait(options, producer);
    }
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? status_ok()
                                               : kafka_client_error("write who the log is", error);
}
