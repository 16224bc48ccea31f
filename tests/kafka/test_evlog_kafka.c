/* The log on a broker that is killed, frozen, set up wrongly, and written by two owners at once. */
#include "core/evlog/evlog_kafka.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "core/base/memory.h"
#include "core/evlog/chain.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { KAFKA_TEST_PARTITIONS = 2, KAFKA_TEST_LOAD = 40000 };

/* The options of a new, not yet existing log. */
static struct evlog_kafka_options kafka_options(char prefix[FOLDER_TOOL_PATH_MAX])
{
    static int made;
    if (broker_tool_address() == NULL) {
        skip(); /* there is no Java */
    }
    snprintf(prefix, FOLDER_TOOL_PATH_MAX, "faults-%ld-%d", (long)getpid(), made++);
    return (struct evlog_kafka_options){ .brokers = broker_tool_address(),
                                         .prefix = prefix,
                                         .timeout_ms = 30000 };
}

static struct evlog_kafka_options kafka_made(char prefix[FOLDER_TOOL_PATH_MAX])
{
    struct evlog_kafka_options options = kafka_options(prefix);
    struct evlog_identity identity = log_tool_identity(KAFKA_TEST_PARTITIONS);
    assert_ok(evlog_kafka_create(&options, &identity));
    return options;
}

static double kafka_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

TEST(evlog_kafka, is_made_once)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_kafka_options options = kafka_options(prefix);
    struct evlog_identity identity = log_tool_identity(KAFKA_TEST_PARTITIONS);
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
        char prefix[FOLDER_TOOL_PATH_MAX];
        struct evlog_kafka_options options = kafka_made(prefix);
        kafka_expect_open(&options, STATUS_OK, "");
        kafka_alter(&options, cases[i].ending, cases[i].name, cases[i].value);
        kafka_expect_open(&options, STATUS_FAILED_PRECONDITION, cases[i].text);
    }
}

TEST(evlog_kafka, lets_old_commands_go)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog_kafka_options options = kafka_made(prefix);
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
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog_kafka_options options = kafka_options(prefix);
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
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    static const struct evlog_kafka_property property = { "linger.ms", "0" };
    struct evlog_kafka_options options = kafka_made(prefix);
    options.properties = &property;
    options.properties_count = 1;
    assert_ok(evlog_kafka_open(&options, &log));
    assert_int_equal(log_tool_append(log, EVLOG_DECISIONS, 0, "x"), 0);
    evlog_close(log);
}

TEST(evlog_kafka, records_bear_the_brokers_time)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_reader *reader;
    struct evlog_record record;
    size_t count = 0;
    struct evlog_kafka_options options = kafka_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, 0));
    while (count == 0) {
        assert_ok(evlog_reader_read(reader, &record, 1, &count));
        assert_true(count > 0 || evlog_wait(evlog_reader_descriptor(reader), 20000000));
    }
    int64_t off_us = (int64_t)time(NULL) * 1000000 - record.time_us;
    assert_in_range(off_us + 60000000, 0, 120000000);
    evlog_reader_close(reader);
    evlog_close(log);
}

/* --- two owners on one partition --- */

/* Appends a record of the chain and moves the chain, as an owner does before it is acknowledged. */
static void owner_decide(struct evlog *log, struct chain *chain, const char *text)
{
    struct record record = { .type = RECORD_DECISION, .body = str_z(text) };
    struct buf value = { 0 };
    chain_next(chain, chain->next_command_offset + 1, &record);
    record_encode(&record, &value);
    struct evlog_item item = { EVLOG_DECISIONS, 0, STR("org"), buf_str(&value), 0 };
    assert_ok(evlog_append(log, &item, 1));
    chain_push(chain, &record, buf_str(&value));
    assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&value);
}

static void owner_take(struct evlog *log, uint64_t epoch, char name)
{
    struct record_epoch body = { .identity = log->identity, .level = 1 };
    struct buf bytes = { 0 }, value = { 0 };
    memset(body.owner.bytes, name, EVLOG_ID_SIZE);
    record_epoch_encode(&body, &bytes);
    struct record record = {
        .type = RECORD_EPOCH, .epoch = epoch, .sequence = 1, .body = buf_str(&bytes)
    };
    record_encode(&record, &value);
    struct evlog_item item = { EVLOG_DECISIONS, 0, STR(""), buf_str(&value), 0 };
    assert_ok(evlog_append(log, &item, 1));
    assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&bytes);
    buf_release(&value);
}

/* Folds partition 0 to its end; gives how many records were void. */
static size_t owner_fold(struct evlog *log, struct chain *chain)
{
    struct evlog_reader *reader;
    struct evlog_record raw;
    uint64_t begin, end;
    size_t voids = 0, count;
    chain_init(chain, &log->identity, 0, 1);
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, begin));
    while (evlog_reader_position(reader, 0) < end) {
        struct record record;
        enum chain_verdict verdict = CHAIN_ACCEPTED;
        assert_ok(evlog_reader_read(reader, &raw, 1, &count));
        if (count > 0) {
            assert_ok(chain_offer(chain, raw.value, &record, &verdict));
        } else {
            evlog_wait(evlog_reader_descriptor(reader), 1000000);
        }
        voids += verdict == CHAIN_VOID;
    }
    evlog_reader_close(reader);
    return voids;
}

TEST(evlog_kafka, records_of_a_zombie_are_void_for_every_reader)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *zombie, *owner;
    struct chain believed, chain, other;
    struct evlog_kafka_options options = kafka_made(prefix);
    assert_ok(evlog_kafka_open(&options, &zombie));
    assert_ok(evlog_kafka_open(&options, &owner));
    owner_take(zombie, 1, 'Z');
    owner_fold(zombie, &believed);
    owner_decide(zombie, &believed, "before");
    owner_take(owner, 2, 'O');
    owner_fold(owner, &chain);
    owner_decide(zombie, &believed, "late");
    owner_decide(owner, &chain, "mine");
    owner_decide(zombie, &believed, "later");
    assert_int_equal(owner_fold(owner, &other), 2);
    assert_int_equal(other.sequence, 4);
    assert_true(hash_eq(&other.head, &chain.head));
    assert_int_equal(owner_fold(zombie, &believed), 2);
    assert_true(hash_eq(&other.head, &believed.head));
    evlog_close(zombie);
    evlog_close(owner);
}

/* --- a broker that dies in mid-load --- */

struct load {
    struct evlog *log;
    uint64_t offsets[KAFKA_TEST_LOAD]; /* of acknowledged records, by their number */
    size_t offered;
    size_t acknowledged;
    double last;  /* when the last acknowledgement came */
    double pause; /* the longest time between two */
};

static void load_poll(struct load *load)
{
    struct evlog_completion completions[256];
    size_t count;
    assert_ok(evlog_poll(load->log, completions, 256, &count));
    for (size_t i = 0; i < count; i++) {
        assert_true(completions[i].offset != EVLOG_OFFSET_UNKNOWN);
        load->offsets[completions[i].token] = completions[i].offset;
    }
    load->acknowledged += count;
    double now = kafka_now();
    if (count > 0) {
        load->pause = now - load->last > load->pause ? now - load->last : load->pause;
        load->last = now;
    } else {
        evlog_wait(evlog_descriptor(load->log), 20000);
    }
}

/* Offers records until `count` were offered in all, keeping 1,000 under way. */
static void load_run(struct load *load, size_t count)
{
    while (load->offered < count) {
        while (load->offered < count && load->offered - load->acknowledged < 1000) {
            char value[16];
            snprintf(value, sizeof value, "%zu", load->offered);
            struct evlog_item item = { EVLOG_DECISIONS, 1, STR("org"), str_z(value),
                                       load->offered };
            assert_ok(evlog_append(load->log, &item, 1));
            load->offered++;
        }
        load_poll(load);
    }
}

static void load_finish(struct load *load)
{
    double deadline = kafka_now() + 60;
    while (load->acknowledged < load->offered) {
        assert_true(kafka_now() < deadline);
        load_poll(load);
    }
}

/* Every record once, in order, where it was acknowledged. */
static void load_check(struct load *load)
{
    struct evlog_reader *reader;
    struct evlog_record records[256];
    size_t next = 0, count;
    assert_ok(evlog_reader_open(load->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 0));
    while (next < load->offered) {
        assert_ok(evlog_reader_read(reader, records, 256, &count));
        for (size_t i = 0; i < count; i++, next++) {
            char value[16];
            snprintf(value, sizeof value, "%zu", next);
            if (records[i].offset != load->offsets[next] ||
                !str_eq(records[i].value, str_z(value))) {
                fail_msg("expected record %zu at its offset", next);
            }
        }
        assert_true(count > 0 || evlog_wait(evlog_reader_descriptor(reader), 20000000));
    }
    evlog_reader_close(reader);
    uint64_t begin, end;
    assert_ok(evlog_range(load->log, EVLOG_DECISIONS, 1, &begin, &end));
    assert_int_equal(end, load->offered);
}

static struct load *load_new(const struct evlog_kafka_options *options)
{
    struct load *load = mem_zalloc(1, sizeof *load);
    assert_ok(evlog_kafka_open(options, &load->log));
    log_tool_append(load->log, EVLOG_DECISIONS, 0, "warm");
    load->last = kafka_now();
    return load;
}

static void load_free(struct load *load, const char *what)
{
    print_message("%s: %zu acknowledged, 0 lost, 0 repeated, longest pause %.1f s\n", what,
                  load->acknowledged, load->pause);
    evlog_close(load->log);
    mem_free(load);
}

TEST(evlog_kafka, a_killed_broker_loses_and_doubles_nothing)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog_kafka_options options = kafka_made(prefix);
    struct load *load = load_new(&options);
    load_run(load, KAFKA_TEST_LOAD / 2);
    broker_tool_kill();
    broker_tool_restart();
    load_run(load, KAFKA_TEST_LOAD);
    load_finish(load);
    load_check(load);
    load_free(load, "broker killed and restarted");
}

TEST(evlog_kafka, a_frozen_broker_loses_and_doubles_nothing)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog_kafka_options options = kafka_made(prefix);
    struct load *load = load_new(&options);
    load_run(load, KAFKA_TEST_LOAD / 2);
    broker_tool_freeze(true);
    usleep(7000000); /* longer than a request may take */
    broker_tool_freeze(false);
    load_run(load, KAFKA_TEST_LOAD);
    load_finish(load);
    load_check(load);
    load_free(load, "broker frozen for 7 s");
}

TEST(evlog_kafka, a_dead_broker_is_unavailable_and_comes_back)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    uint64_t begin, end;
    struct evlog_kafka_options options = kafka_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    evlog_close(log);
    broker_tool_kill();
    options.timeout_ms = 1500;
    assert_code(STATUS_UNAVAILABLE, evlog_kafka_open(&options, &log));
    broker_tool_restart();
    options.timeout_ms = 30000;
    assert_ok(evlog_kafka_open(&options, &log));
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_int_equal(end, 1);
    evlog_close(log);
}

TEST(evlog_kafka, closing_does_not_wait_for_a_dead_broker)
{
    char prefix[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_item item = { EVLOG_DECISIONS, 0, STR("org"), STR("v"), 0 };
    struct evlog_kafka_options options = kafka_made(prefix);
    assert_ok(evlog_kafka_open(&options, &log));
    log_tool_append(log, EVLOG_DECISIONS, 0, "x");
    broker_tool_kill();
    assert_ok(evlog_append(log, &item, 1));
    double start = kafka_now();
    evlog_close(log);
    assert_true(kafka_now() - start < 5);
    broker_tool_restart();
}
