/* The topics' settings; who the log is stands in one of them, see kafka_identity.c. */
#include "core/evlog/kafka_topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/evlog/kafka_identity.h"
#include "core/evlog/kafka_range.h"
#include "core/evlog/record.h"

/* Sets of topics. */
enum {
    KAFKA_TRUTH = 1 << EVLOG_DECISIONS | 1 << KAFKA_LOG_TOPIC,
    KAFKA_ASKED = 1 << EVLOG_COMMANDS,
    KAFKA_EVENTS = 1 << EVLOG_EVENTS,
    KAFKA_ANSWERS = 1 << EVLOG_OUTCOMES | 1 << EVLOG_DEAD_LETTERS,
    KAFKA_STATUS = 1 << EVLOG_STATUS,
    KAFKA_ALL = (1 << KAFKA_TOPICS) - 1,
};

/* What topics are made with, and which of them must keep it, or be at least that: retention is for
 * the installation to choose, except for what is the truth. */
struct kafka_setting {
    const char *name;
    const char *value;
    bool at_least;
    int made;
    int checked;
    const char *reason;
};

static const struct kafka_setting kafka_settings[] = {
    { "cleanup.policy", "delete", false, KAFKA_ALL, KAFKA_ALL & ~KAFKA_STATUS,
      "compaction would drop records" },
    { "retention.ms", "-1", false, KAFKA_TRUTH | KAFKA_ASKED | KAFKA_EVENTS, KAFKA_TRUTH,
      "decisions are kept for ever" },
    { "retention.ms", "604800000", false, KAFKA_ANSWERS, 0, "a week to fetch an answer" },
    { "retention.ms", "3600000", false, KAFKA_STATUS, 0, "an hour of status" },
    { "retention.bytes", "-1", false, KAFKA_ALL, KAFKA_TRUTH, "decisions are kept for ever" },
    { "message.timestamp.type", "LogAppendTime", false, KAFKA_ALL, KAFKA_ALL,
      "clocks are compared with it" },
    { "max.message.bytes", "1048588", true, KAFKA_ALL, KAFKA_ALL & ~KAFKA_STATUS,
      "the largest record would not fit" },
    { "unclean.leader.election.enable", "false", false, KAFKA_ALL, KAFKA_TRUTH | KAFKA_ASKED,
      "acknowledged records could be lost" },
};
static_assert(RECORD_VALUE_SIZE_MAX + ID_SIZE_MAX + EVLOG_HEADERS_SIZE_MAX < 1048588 - 4096,
              "the largest record fits");

enum { KAFKA_SETTINGS = sizeof kafka_settings / sizeof kafka_settings[0] };

/* --- making --- */

static uint32_t kafka_topic_partitions(int topic, uint32_t partitions_count)
{
    return topic == KAFKA_LOG_TOPIC || topic == EVLOG_STATUS ? 1 : partitions_count;
}

/* What was asked for; empty: nothing, or it is not for anybody to choose. */
static void kafka_topic_retention(const struct evlog_kafka_options *options, int stream,
                                  char retention[32])
{
    int free = KAFKA_ASKED | KAFKA_EVENTS | KAFKA_ANSWERS;
    retention[0] = '\0';
    if (options->retention_ms != NULL && (free >> stream & 1) != 0) {
        snprintf(retention, 32, "%" PRId64, options->retention_ms[stream]);
    }
}

static rd_kafka_NewTopic_t *kafka_topic_new(const struct evlog_kafka_options *options, int stream,
                                            uint32_t partitions_count)
{
    char name[KAFKA_TOPIC_SIZE], reason[128];
    int partitions = (int)kafka_topic_partitions(stream, partitions_count);
    int replicas = options->replicas == 0 ? -1 : (int)options->replicas;
    kafka_client_topic(options, stream, name);
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(name, partitions, replicas, reason, sizeof reason);
    assert(topic != NULL);
    char retention[32];
    kafka_topic_retention(options, stream, retention);
    for (size_t i = 0; i < KAFKA_SETTINGS; i++) {
        const struct kafka_setting *setting = &kafka_settings[i];
        if ((setting->made >> stream & 1) != 0) {
            bool chosen = retention[0] != '\0' && strcmp(setting->name, "retention.ms") == 0;
            rd_kafka_resp_err_t error = rd_kafka_NewTopic_set_config(
                topic, setting->name, chosen ? retention : setting->value);
            assert(error == RD_KAFKA_RESP_ERR_NO_ERROR);
        }
    }
    return topic;
}

static struct status kafka_created(rd_kafka_event_t *event)
{
    size_t count;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t error = rd_kafka_topic_result_error(topics[i]);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR &&
            error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            return status_prefix(kafka_client_error("make a topic", error), "%s",
                                 rd_kafka_topic_result_name(topics[i]));
        }
    }
    return status_ok();
}

/* `again`: it is unknown whether they are made, since no broker answered in time. */
static struct status kafka_create_once(rd_kafka_t *client, rd_kafka_NewTopic_t **topics,
                                       int timeout_ms, bool *again)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, topics, KAFKA_TOPICS, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms);
    rd_kafka_resp_err_t error =
        event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
    struct status st = error == RD_KAFKA_RESP_ERR_NO_ERROR
                           ? kafka_created(event)
                           : kafka_client_error("make the topics", error);
    *again = error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return st;
}

static struct status kafka_create(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                  uint32_t partitions_count)
{
    rd_kafka_NewTopic_t *topics[KAFKA_TOPICS];
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    struct status st;
    bool again;
    for (int i = 0; i < KAFKA_TOPICS; i++) {
        topics[i] = kafka_topic_new(options, i, partitions_count);
    }
    do {
        st = kafka_create_once(client, topics, kafka_range_left(&deadline), &again);
    } while (again && kafka_range_pause(&deadline));
    rd_kafka_NewTopic_destroy_array(topics, KAFKA_TOPICS);
    return st;
}

/* --- checking --- */

static bool kafka_setting_holds(const struct kafka_setting *setting, const char *value)
{
    if (setting->at_least) {
        return strtoll(value, NULL, 10) >= strtoll(setting->value, NULL, 10);
    }
    return strcmp(setting->value, value) == 0;
}

static struct status kafka_check_setting(const char *topic, int stream, const char *name,
                                         const char *value)
{
    for (size_t i = 0; i < KAFKA_SETTINGS; i++) {
        const struct kafka_setting *setting = &kafka_settings[i];
        if (strcmp(setting->name, name) != 0 || (setting->checked >> stream & 1) == 0 ||
            kafka_setting_holds(setting, value)) {
            continue;
        }
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected topic '%s' to have '%s=%s', but it has '%s': %s", topic, name,
                            setting->value, value, setting->reason);
    }
    return status_ok();
}

/* Which of the log's topics has that name. */
static int kafka_topic_find(const struct evlog_kafka_options *options, const char *name)
{
    for (int i = 0; i < KAFKA_TOPICS; i++) {
        char topic[KAFKA_TOPIC_SIZE];
        kafka_client_topic(options, i, topic);
        if (strcmp(topic, name) == 0) {
            return i;
        }
    }
    assert(false); /* the brokers describe what was asked */
    return 0;
}

static struct status kafka_check_described(const struct evlog_kafka_options *options,
                                           rd_kafka_event_t *event)
{
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    if (result == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_client_error("ask for the topics' settings", rd_kafka_event_error(event));
    }
    size_t count, entries_count;
    const rd_kafka_ConfigResource_t **topics =
        rd_kafka_DescribeConfigs_result_resources(result, &count);
    for (size_t i = 0; i < count; i++) {
        const char *topic = rd_kafka_ConfigResource_name(topics[i]);
        rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(topics[i]);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return kafka_client_error("ask for a topic's settings", error);
        }
        const rd_kafka_ConfigEntry_t **entries =
            rd_kafka_ConfigResource_configs(topics[i], &entries_count);
        for (size_t e = 0; e < entries_count; e++) {
            const char *value = rd_kafka_ConfigEntry_value(entries[e]);
            TRY(kafka_check_setting(topic, kafka_topic_find(options, topic),
                                    rd_kafka_ConfigEntry_name(entries[e]),
                                    value == NULL ? "" : value));
        }
    }
    return status_ok();
}

/* Describes all topics and checks what comes. */
static struct status kafka_check_settings_once(const struct evlog_kafka_options *options,
                                               rd_kafka_t *client)
{
    rd_kafka_ConfigResource_t *topics[KAFKA_TOPICS];
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    for (int i = 0; i < KAFKA_TOPICS; i++) {
        char name[KAFKA_TOPIC_SIZE];
        kafka_client_topic(options, i, name);
        topics[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    }
    rd_kafka_DescribeConfigs(client, topics, KAFKA_TOPICS, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, kafka_range_timeout_ms(options));
    struct status st = event != NULL ? kafka_check_described(options, event)
                                     : kafka_client_error("ask for the topics' settings",
                                                          RD_KAFKA_RESP_ERR__TIMED_OUT);
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy_array(topics, KAFKA_TOPICS);
    rd_kafka_queue_destroy(queue);
    return st;
}

/* A broker may not know a new topic yet. */
static struct status kafka_check_settings(const struct evlog_kafka_options *options,
                                          rd_kafka_t *client)
{
    struct status st;
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    do {
        st = kafka_check_settings_once(options, client);
    } while (st.code == STATUS_UNAVAILABLE && kafka_range_pause(&deadline));
    return st;
}

static struct status kafka_check_count(const struct evlog_kafka_options *options,
                                       rd_kafka_t *client, int stream, uint32_t expected)
{
    char name[KAFKA_TOPIC_SIZE];
    uint32_t count;
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    kafka_client_topic(options, stream, name);
    TRY(kafka_range_count(client, name, &deadline, &count));
    if (count != expected) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected topic '%s' to have %u partitions, but it has %u", name,
                            expected, count);
    }
    return status_ok();
}

static struct status kafka_check_counts(const struct evlog_kafka_options *options,
                                        rd_kafka_t *client, uint32_t partitions_count)
{
    for (int i = 0; i < KAFKA_TOPICS; i++) {
        uint32_t expected = kafka_topic_partitions(i, partitions_count);
        TRY(kafka_check_count(options, client, i, expected));
    }
    return status_ok();
}

struct status kafka_topics_check(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                 struct evlog_identity *identity, bool *draft)
{
    TRY(kafka_identity_read(options, client, identity, draft));
    if (*draft && !options->draft) {
        return status_error(STATUS_NOT_FOUND,
                            "expected a whole log '%s', but it is an unfinished copy: go on with "
                            "that first",
                            options->prefix);
    }
    if (options->partitions_count != 0 && options->partitions_count != identity->partitions_count) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a log of %u partitions, but it was made with %u",
                            options->partitions_count, identity->partitions_count);
    }
    TRY(kafka_check_counts(options, client, identity->partitions_count));
    return kafka_check_settings(options, client);
}

struct status kafka_topics_create(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                  const struct evlog_identity *identity)
{
    struct evlog_identity found;
    bool draft;
    struct status st = kafka_identity_read(options, client, &found, &draft);
    if (st.code == STATUS_OK) {
        return status_error(STATUS_ALREADY_EXISTS, "expected no log '%s', but there is one",
                            options->prefix);
    }
    if (st.code != STATUS_NOT_FOUND) {
        return st;
    }
    TRY(kafka_create(options, client, identity->partitions_count));
    /* A new topic is not known to every broker at once. */
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    do {
        st = kafka_check_counts(options, client, identity->partitions_count);
    } while (st.code == STATUS_NOT_FOUND && kafka_range_pause(&deadline));
    TRY(st);
    TRY(kafka_check_settings(options, client));
    TRY(kafka_identity_write(options, identity, options->draft));
    TRY(kafka_identity_read(options, client, &found, &draft));
    if (!evlog_id_eq(found.log_id, identity->log_id)) {
        return status_error(STATUS_ALREADY_EXISTS,
                            "expected to make log '%s', but another was "
                            "faster",
                            options->prefix);
    }
    return status_ok();
}
