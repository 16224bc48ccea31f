#include "tests/lib/kafka_damage.h"

#include <stdio.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "core/base/buf.h"
#include "core/base/memory.h"
#include "tests/lib/test.h"

enum { DAMAGE_RECORDS = 64, DAMAGE_TRIES = 100, DAMAGE_WAIT_MS = 30000 };

/* An administrator's client and where its answers come. */
struct damage {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    char topic[128];
};

static void damage_open(struct damage *damage, const struct evlog_kafka_options *options)
{
    char reason[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", options->brokers, reason, sizeof reason);
    damage->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    damage->queue = rd_kafka_queue_new(damage->client);
    snprintf(damage->topic, sizeof damage->topic, "%s.decisions", options->prefix);
}

static void damage_close(struct damage *damage)
{
    rd_kafka_queue_destroy(damage->queue);
    rd_kafka_destroy(damage->client);
}

/* Waits for an answer; what it says of the topic. */
static rd_kafka_resp_err_t damage_answer(struct damage *damage)
{
    size_t count;
    rd_kafka_event_t *event = rd_kafka_queue_poll(damage->queue, DAMAGE_WAIT_MS);
    assert_non_null(event);
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    const rd_kafka_topic_result_t **topics = NULL;
    if (error == 0 && rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
        topics =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    } else if (error == 0 && rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETETOPICS_RESULT) {
        topics =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    }
    if (topics != NULL) {
        error = rd_kafka_topic_result_error(topics[0]);
    }
    rd_kafka_event_destroy(event);
    return error;
}

static void damage_delete_topic(struct damage *damage)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(damage->topic);
    rd_kafka_DeleteTopics(damage->client, &topic, 1, NULL, damage->queue);
    assert_int_equal(damage_answer(damage), 0);
    rd_kafka_DeleteTopic_destroy(topic);
}

static void damage_make_topic(struct damage *damage, uint32_t partitions_count)
{
    char reason[128];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(damage->topic, (int)partitions_count, -1, reason, sizeof reason);
    rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
    rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
    for (int i = 0; i < DAMAGE_TRIES && error != 0; i++) {
        rd_kafka_CreateTopics(damage->client, &topic, 1, NULL, damage->queue);
        error = damage_answer(damage); /* until it is deleted everywhere, it is there */
        usleep(error == 0 ? 0 : 100000);
    }
    assert_int_equal(error, 0);
    rd_kafka_NewTopic_destroy(topic);
}

/* The first records of a partition: their sizes, then their bytes. */
struct damage_kept {
    size_t sizes[DAMAGE_RECORDS];
    size_t count;
    struct buf bytes;
};

static void damage_keep(struct evlog *log, uint32_t partition, uint64_t keep,
                        struct damage_kept *kept)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    uint64_t begin, end;
    size_t count;
    assert_true(keep <= DAMAGE_RECORDS);
    assert_ok(evlog_range(log, EVLOG_DECISIONS, partition, &begin, &end));
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, partition, begin));
    do {
        assert_ok(
            evlog_reader_read_to(reader, partition, keep < end ? keep : end, &record, 1, &count));
        if (count == 1) {
            kept->sizes[kept->count++] = record.value.size;
            buf_append(&kept->bytes, record.value);
        }
    } while (count == 1);
    evlog_reader_close(reader);
}

static void damage_put_back(struct evlog *log, uint32_t partition, struct damage_kept *kept)
{
    size_t at = 0;
    for (size_t i = 0; i < kept->count; i++) {
        struct evlog_completion done = { 0 };
        size_t count = 0;
        struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                   .partition = partition,
                                   .key = STR("org"),
                                   .value = str_make(kept->bytes.data + at, kept->sizes[i]) };
        assert_ok(evlog_append(log, &item, 1));
        while (count == 0) {
            assert_true(evlog_wait(evlog_descriptor(log), (int64_t)DAMAGE_WAIT_MS * 1000));
            assert_ok(evlog_poll(log, &done, 1, &count));
        }
        assert_int_equal(done.offset, i);
        at += kept->sizes[i];
    }
    buf_release(&kept->bytes);
}

void kafka_damage_cut(const struct evlog_kafka_options *options, uint64_t keep)
{
    struct damage damage;
    struct evlog *log;
    assert_ok(evlog_kafka_open(options, &log));
    uint32_t count = log->identity.partitions_count;
    struct damage_kept *kept = mem_zalloc(count, sizeof *kept);
    for (uint32_t i = 0; i < count; i++) {
        damage_keep(log, i, keep, &kept[i]);
    }
    evlog_close(log);
    damage_open(&damage, options);
    damage_delete_topic(&damage);
    damage_make_topic(&damage, count);
    damage_close(&damage);
    assert_ok(evlog_kafka_open(options, &log));
    for (uint32_t i = 0; i < count; i++) {
        damage_put_back(log, i, &kept[i]);
    }
    evlog_close(log);
    mem_free(kept);
}

void kafka_damage_drop(const struct evlog_kafka_options *options, uint32_t partition,
                       uint64_t below)
{
    struct damage damage;
    damage_open(&damage, options);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, damage.topic, (int32_t)partition)->offset =
        (int64_t)below;
    rd_kafka_DeleteRecords_t *what = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(damage.client, &what, 1, NULL, damage.queue);
    assert_int_equal(damage_answer(&damage), 0);
    rd_kafka_DeleteRecords_destroy(what);
    rd_kafka_topic_partition_list_destroy(list);
    damage_close(&damage);
}
