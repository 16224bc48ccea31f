/* The log on a broker that is killed, frozen, set up wrongly, and written by two owners at once. */
#include "core/evlog/evlog_kafka.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "tests/lib/broker_tool.h"
#include "tests/lib/kafka_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

TEST(evlog_kafka, is_made_once)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *log;
    struct evlog_kafka_options options = kafka_tool_options(prefix);
    struct evlog_identity identity = log_tool_identity(KAFKA_TOOL_PARTITIONS);
    assert_code(STATUS_NOT_FOUND, evlog_kafka_open(&options, &log));
    assert_ok(evlog_kafka_create(&options, &identity));
    assert_code(STATUS_ALREADY_EXISTS, evlog_kafka_create(&options, &identity));
    options.partitions_count = 16;
    assert_code(STATUS_FAILED_PRECONDITION, evlog_kafka_open(&options, &log));
}

/* Sets one property of a topic to `value`, the others to what they were made with: the request sets
 * all of them. */
static void kafka_alter(const struct evlog_kafka_options *options, const char *ending,
                        const char *name, const char *value)
{
    char topic[128], reason[128];
    snprintf(topic, sizeof topic, "%s.%s", options->prefix, ending);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers", options->brokers, reason, sizeof reason),
        RD_KAFKA_CONF_OK);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    static const char *const made[][2] = {
        { "cleanup.policy", "delete" },     { "retention.ms", "-1" },
        { "retention.bytes", "-1" },        { "message.timestamp.type", "LogAppendTime" },
        { "max.message.bytes", "1048588" },
    };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        bool this_one = strcmp(made[i][0], name) == 0;
        assert_int_equal(
            rd_kafka_ConfigResource_set_config(resource, made[i][0], this_one ? value : made[i][1]),
            0);
    }
    rd_kafka_AlterConfigs(client, &resource, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    assert_non_null(event);
    assert_int_equal(rd_kafka_event_error(event), 0);
    rd_kafka_event_destroy(event);
    rd_kafka_ConfigResource_destroy(resource);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
}

/* Opens until the answer is the expected one: a setting takes a moment to be known. */
static void kafka_expect_open(const struct evlog_kafka_options *options, enum status_code expected,
                              const char *text)
{
    struct status st;
    for (int attempt = 0; attempt < 50; attempt++) {
        struct evlog *log = NULL;
        st = evlog_kafka_open(options, &log);
        evlog_close(log);
        if (st.code == expected && strstr(st.msg, text) != NULL) {
            return;
        }
        usleep(100000);
    }
    fail_msg("expected '%s', but it is %s: %s", text, status_code_name(st.code), st.msg);
}

TEST(evlog_kafka, refuses_topics_that_would_lose_records)
{
    static const struct {
        const char *ending, *name, *value, *text;
    } cases[] = {
        { "decisions", "retention.ms", "1000", "'retention.ms=-1', but it has '1000'" },
        { "decisions", "cleanup.policy", "compact", "compaction would drop records" },
        { "commands", "cleanup.policy", "compact", "compaction would drop records" },
        { "decisions", "message.timestamp.type", "CreateTime", "'CreateTime'" },
        { "commands", "max.message.bytes", "1000", "the largest record would not fit" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char prefix[KAFKA_TOOL_PREFIX_SIZE];
        struct evlog_kafka_options options = kafka_tool_made(prefix);
        kafka_expect_open(&options, STATUS_OK, "");
        kafka_alter(&options, cases[i].ending, cases[i].name, cases[i].value);
        kafka_expect_open(&options, STATUS_FAILED_PRECONDITION, cases[i].text);
    }
}

TEST(evlog_kafka, lets_old_commands_go)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    kafka_alter(&options, "commands", "retention.ms", "3600000");
    usleep(500000);
    kafka_expect_open(&options, STATUS_OK, "");
}

TEST(evlog_kafka, refuses_properties_that_break_its_rules)
{
    static const struct evlog_kafka_property cases[] = {
        { "acks", "1" },
        { "message.timeout.ms", "3000" },
        { "enable.idempotence", "false" },
        { "Isolation.Level", "read_committed" },
        { "no.such.property", "1" },
    };
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_options(prefix);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct evlog *log;
        options.properties = &cases[i];
        options.properties_count = 1;
        struct status st = evlog_kafka_open(&options, &log);
        assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
        assert_non_null(strstr(st.msg, cases[i].name));
    }
}

TEST(evlog_kafka, takes_the_properties_of_the_caller)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *log;
    static const struct evlog_kafka_property property = { "linger.ms", "0" };
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    options.properties = &property;
    options.properties_count = 1;
    assert_ok(evlog_kafka_open(&options, &log));
    assert_int_equal(log_tool_append(log, EVLOG_DECISIONS, 0, "x"), 0);
    evlog_close(log);
}

TEST(evlog_kafka, records_bear_the_brokers_time)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *log;
    struct evlog_reader *reader;
    struct evlog_record record;
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, 0));
    log_tool_next(reader, &record);
    int64_t off_us = (int64_t)time(NULL) * 1000000 - record.time_us;
    assert_in_range(off_us + 60000000, 0, 120000000);
    evlog_reader_close(reader);
    evlog_close(log);
}

TEST(evlog_kafka, records_of_a_zombie_are_void_for_every_reader)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *zombie, *owner;
    struct chain believed, chain, other;
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    assert_ok(evlog_kafka_open(&options, &zombie));
    assert_ok(evlog_kafka_open(&options, &owner));
    kafka_owner_take(zombie, 1, 'Z');
    kafka_owner_fold(zombie, &believed);
    kafka_owner_decide(zombie, &believed, "before");
    kafka_owner_take(owner, 2, 'O');
    kafka_owner_fold(owner, &chain);
    kafka_owner_decide(zombie, &believed, "late");
    kafka_owner_decide(owner, &chain, "mine");
    kafka_owner_decide(zombie, &believed, "later");
    assert_int_equal(kafka_owner_fold(owner, &other), 2);
    assert_int_equal(other.sequence, 4);
    assert_true(hash_eq(&other.head, &chain.head));
    assert_int_equal(kafka_owner_fold(zombie, &believed), 2);
    assert_true(hash_eq(&other.head, &believed.head));
    evlog_close(zombie);
    evlog_close(owner);
}

TEST(evlog_kafka, a_killed_broker_loses_and_doubles_nothing)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    struct kafka_load *load = kafka_load_new(&options);
    kafka_load_run(load, KAFKA_TOOL_LOAD / 2);
    broker_tool_kill(1);
    broker_tool_restart(1);
    kafka_load_run(load, KAFKA_TOOL_LOAD);
    kafka_load_finish(load);
    kafka_load_check(load);
    kafka_load_free(load, "broker killed and restarted");
}

TEST(evlog_kafka, a_frozen_broker_loses_and_doubles_nothing)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    struct kafka_load *load = kafka_load_new(&options);
    kafka_load_run(load, KAFKA_TOOL_LOAD / 2);
    broker_tool_freeze(1, true);
    usleep(7000000); /* longer than a request may take */
    broker_tool_freeze(1, false);
    kafka_load_run(load, KAFKA_TOOL_LOAD);
    kafka_load_finish(load);
    kafka_load_check(load);
    kafka_load_free(load, "broker frozen for 7 s");
}

TEST(evlog_kafka, a_dead_broker_is_unavailable_and_comes_back)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *log;
    uint64_t begin, end;
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    evlog_close(log);
    broker_tool_kill(1);
    options.timeout_ms = 1500;
    assert_code(STATUS_UNAVAILABLE, evlog_kafka_open(&options, &log));
    broker_tool_restart(1);
    options.timeout_ms = 30000;
    assert_ok(evlog_kafka_open(&options, &log));
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_int_equal(end, 1);
    evlog_close(log);
}

TEST(evlog_kafka, closing_does_not_wait_for_a_dead_broker)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *log;
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .key = STR("org"), .value = STR("v") };
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    broker_tool_kill(1);
    assert_ok(evlog_append(log, &item, 1));
    double start = kafka_tool_now();
    evlog_close(log);
    double seconds = kafka_tool_now() - start;
    if (seconds > 5) {
        fail_msg("expected the log to close within 5 s, but it took %.1f s", seconds);
    }
    broker_tool_restart(1);
}
