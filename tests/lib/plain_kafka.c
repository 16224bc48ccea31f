#include "tests/lib/plain_kafka.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/memory.h"
#include "tests/lib/test.h"

enum { RUN = 512, WAIT_MS = 100, FLUSH_MS = 60000, SECOND_US = 1000000, SILENCE_MAX = 300 };

static int64_t plain_kafka_now_us(void)
{
    struct clock clock = clock_real();
    return clock_monotonic_us(&clock);
}

static rd_kafka_t *plain_kafka_client(const struct plain_kafka *plain, rd_kafka_type_t type)
{
    static const char *const common[][2] = { { "socket.nagle.disable", "true" } };
    static const char *const produce[][2] = {
        { "enable.idempotence", "true" }, { "acks", "all" },
        { "compression.codec", "zstd" },  { "linger.ms", "1" },
        { "batch.size", "1000000" },      { "queue.buffering.max.messages", "1000000" },
    };
    static const char *const consume[][2] = {
        { "group.id", "plain" },
        { "fetch.wait.max.ms", "50" },
        { "fetch.message.max.bytes", "8388608" },
        { "fetch.max.bytes", "67108864" },
        { "queued.min.messages", "10000000" },
        { "queued.max.messages.kbytes", "131072" },
        { "enable.auto.commit", "false" },
    };
    char reason[256];
    bool producer = type == RD_KAFKA_PRODUCER;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", plain->brokers, reason, sizeof reason);
    rd_kafka_conf_set(conf, common[0][0], common[0][1], reason, sizeof reason);
    size_t count =
        producer ? sizeof produce / sizeof produce[0] : sizeof consume / sizeof consume[0];
    for (size_t i = 0; i < count; i++) {
        const char *const *pair = producer ? produce[i] : consume[i];
        assert_int_equal(rd_kafka_conf_set(conf, pair[0], pair[1], reason, sizeof reason),
                         RD_KAFKA_CONF_OK);
    }
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
    assert_non_null(client);
    return client;
}

static void plain_kafka_offer(rd_kafka_t *client, rd_kafka_topic_t *topic, uint32_t partition,
                              struct str value)
{
    while (rd_kafka_produce(topic, (int32_t)partition, RD_KAFKA_MSG_F_COPY,
                            (void *)(uintptr_t)value.data, value.size, NULL, 0, NULL) != 0) {
        assert_int_equal(rd_kafka_last_error(), RD_KAFKA_RESP_ERR__QUEUE_FULL);
        rd_kafka_poll(client, WAIT_MS);
    }
    rd_kafka_poll(client, 0);
}

double plain_kafka_produce(const struct plain_kafka *plain, const struct str *values, size_t count)
{
    rd_kafka_t *client = plain_kafka_client(plain, RD_KAFKA_PRODUCER);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, plain->topic, NULL);
    plain_kafka_offer(client, topic, 0, values[0]); /* the first one waits for an id */
    assert_int_equal(rd_kafka_flush(client, FLUSH_MS), 0);
    int64_t began_us = plain_kafka_now_us();
    for (size_t i = 1; i < count; i++) {
        plain_kafka_offer(client, topic, (uint32_t)i % plain->partitions_count, values[i]);
    }
    assert_int_equal(rd_kafka_flush(client, FLUSH_MS), 0);
    int64_t took_us = plain_kafka_now_us() - began_us;
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return (double)(count - 1) * SECOND_US / (double)took_us;
}

/* A consumer of all partitions from an offset on: RD_KAFKA_OFFSET_BEGINNING or _END. */
static rd_kafka_t *plain_kafka_consumer(const struct plain_kafka *plain, int64_t offset,
                                        rd_kafka_queue_t **queue)
{
    rd_kafka_t *client = plain_kafka_client(plain, RD_KAFKA_CONSUMER);
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)plain->partitions_count);
    for (uint32_t p = 0; p < plain->partitions_count; p++) {
        rd_kafka_topic_partition_list_add(list, plain->topic, (int32_t)p)->offset = offset;
    }
    assert_int_equal(rd_kafka_assign(client, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    *queue = rd_kafka_queue_get_consumer(client);
    return client;
}

static void plain_kafka_end(rd_kafka_t *client, rd_kafka_queue_t *queue)
{
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
}

double plain_kafka_consume(const struct plain_kafka *plain, size_t count)
{
    rd_kafka_message_t *messages[RUN];
    rd_kafka_queue_t *queue;
    int64_t began_us = plain_kafka_now_us();
    rd_kafka_t *client = plain_kafka_consumer(plain, RD_KAFKA_OFFSET_BEGINNING, &queue);
    size_t read = 0;
    for (int silence = 0; read < count && silence < SILENCE_MAX; silence++) {
        ssize_t got = rd_kafka_consume_batch_queue(queue, WAIT_MS, messages, RUN);
        for (ssize_t i = 0; i < got; i++) {
            read += messages[i]->err == 0;
            rd_kafka_message_destroy(messages[i]);
        }
        silence = got > 0 ? 0 : silence;
    }
    int64_t took_us = plain_kafka_now_us() - began_us;
    assert_true(read >= count);
    plain_kafka_end(client, queue);
    return (double)read * SECOND_US / (double)took_us;
}

static int plain_kafka_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void plain_kafka_await(rd_kafka_queue_t *queue)
{
    rd_kafka_message_t *message = NULL;
    for (int silence = 0; message == NULL && silence < SILENCE_MAX; silence++) {
        rd_kafka_consume_batch_queue(queue, WAIT_MS, &message, 1);
    }
    assert_non_null(message);
    rd_kafka_message_destroy(message);
}

struct plain_kafka_times plain_kafka_round_trips(const struct plain_kafka *plain, struct str value,
                                                 size_t count, double rate)
{
    rd_kafka_queue_t *queue;
    rd_kafka_t *producer = plain_kafka_client(plain, RD_KAFKA_PRODUCER);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, plain->topic, NULL);
    rd_kafka_t *consumer = plain_kafka_consumer(plain, RD_KAFKA_OFFSET_END, &queue);
    int64_t *times = mem_zalloc(count, sizeof *times);
    rd_kafka_consume_batch_queue(queue, SECOND_US / 1000, &(rd_kafka_message_t *){ NULL }, 1);
    int64_t began_us = plain_kafka_now_us();
    for (size_t i = 0; i < count; i++) {
        int64_t due_us = began_us + (int64_t)((double)i / rate * SECOND_US);
        int64_t early_us = due_us - plain_kafka_now_us();
        usleep(early_us > 0 ? (useconds_t)early_us : 0);
        int64_t sent_us = plain_kafka_now_us();
        plain_kafka_offer(producer, topic, 0, value);
        plain_kafka_await(queue);
        times[i] = plain_kafka_now_us() - sent_us;
    }
    qsort(times, count, sizeof *times, plain_kafka_compare);
    struct plain_kafka_times found = { (double)times[count / 2] / 1000,
                                       (double)times[count * 99 / 100] / 1000 };
    mem_free(times);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    plain_kafka_end(consumer, queue);
    return found;
}
