#include "tests/lib/kafka_tool.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "core/base/memory.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

/* The options of a new, not yet existing log. */
struct evlog_kafka_options kafka_tool_options(char prefix[KAFKA_TOOL_PREFIX_SIZE])
{
    static int made;
    if (broker_tool_address() == NULL) {
        skip(); /* there is no Java */
    }
    snprintf(prefix, KAFKA_TOOL_PREFIX_SIZE, "faults-%ld-%d", (long)getpid(), made++);
    return (struct evlog_kafka_options){ .brokers = broker_tool_address(),
                                         .prefix = prefix,
                                         .timeout_ms = 30000 };
}

struct evlog_kafka_options kafka_tool_made(char prefix[KAFKA_TOOL_PREFIX_SIZE])
{
    struct evlog_kafka_options options = kafka_tool_options(prefix);
    struct evlog_identity identity = log_tool_identity(KAFKA_TOOL_PARTITIONS);
    assert_ok(evlog_kafka_create(&options, &identity));
    return options;
}

/* A client that only asks. */
static rd_kafka_t *kafka_tool_asker(const struct evlog_kafka_options *options)
{
    char reason[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", options->brokers, reason, sizeof reason);
    return rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
}

int kafka_tool_leader(const struct evlog_kafka_options *options, int partition)
{
    char name[128];
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *client = kafka_tool_asker(options);
    snprintf(name, sizeof name, "%s.decisions", options->prefix);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    assert_int_equal(rd_kafka_metadata(client, 0, topic, &metadata, 30000), 0);
    int leader = metadata->topics[0].partitions[partition].leader;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return leader;
}

/* How many partitions of the log's topics have fewer replicas in sync than they have replicas. */
static int kafka_tool_behind(rd_kafka_t *client, const char *prefix)
{
    const struct rd_kafka_metadata *metadata;
    int behind = 0;
    assert_int_equal(rd_kafka_metadata(client, 1, NULL, &metadata, 30000), 0);
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        bool ours = strncmp(topic->topic, prefix, strlen(prefix)) == 0;
        for (int p = 0; ours && p < topic->partition_cnt; p++) {
            behind += topic->partitions[p].isr_cnt < topic->partitions[p].replica_cnt;
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return behind;
}

void kafka_tool_await_replicas(const struct evlog_kafka_options *options)
{
    rd_kafka_t *client = kafka_tool_asker(options);
    double deadline = kafka_tool_now() + 60;
    int behind = kafka_tool_behind(client, options->prefix);
    while (behind > 0 && kafka_tool_now() < deadline) {
        usleep(100000);
        behind = kafka_tool_behind(client, options->prefix);
    }
    if (behind > 0) {
        fail_msg("expected all replicas in sync within 60 s, but %d partitions lack some", behind);
    }
    rd_kafka_destroy(client);
}

double kafka_tool_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Appends a record of the chain and moves the chain, as an owner does before it is acknowledged. */
void kafka_owner_decide(struct evlog *log, struct chain *chain, const char *text)
{
    struct record record = { .type = RECORD_DECISION, .body = str_z(text) };
    struct buf value = { 0 };
    chain_next(chain, chain->next_command_offset + 1, &record);
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .key = STR("org"),
                               .value = buf_str(&value) };
    assert_ok(evlog_append(log, &item, 1));
    chain_push(chain, &record, buf_str(&value));
    assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&value);
}

void kafka_owner_take(struct evlog *log, uint64_t epoch, char name)
{
    struct record_epoch body = { .identity = log->identity, .level = FORMAT_LEVEL };
    struct buf bytes = { 0 }, value = { 0 };
    memset(body.leader.bytes, name, EVLOG_ID_SIZE);
    record_epoch_encode(&body, &bytes);
    struct record record = {
        .type = RECORD_EPOCH, .epoch = epoch, .sequence = 1, .body = buf_str(&bytes)
    };
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .key = STR(""),
                               .value = buf_str(&value) };
    assert_ok(evlog_append(log, &item, 1));
    assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&bytes);
    buf_release(&value);
}

/* Folds partition 0 to its end; gives how many records were void. */
size_t kafka_owner_fold(struct evlog *log, struct chain *chain)
{
    struct evlog_reader *reader;
    struct evlog_record raw;
    uint64_t begin, end;
    size_t fenced = 0, count;
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
        fenced += verdict == CHAIN_FENCED;
    }
    evlog_reader_close(reader);
    return fenced;
}

static void kafka_load_poll(struct kafka_load *load, double deadline)
{
    struct evlog_completion completions[256];
    size_t count;
    if (kafka_tool_now() > deadline) {
        fail_msg("expected %zu records acknowledged in time, but %zu are", load->offered,
                 load->acknowledged);
    }
    assert_ok(evlog_poll(load->log, completions, 256, &count));
    for (size_t i = 0; i < count; i++) {
        assert_true(completions[i].offset != EVLOG_OFFSET_UNKNOWN);
        load->offsets[completions[i].token] = completions[i].offset;
    }
    load->acknowledged += count;
    double now = kafka_tool_now();
    if (count > 0) {
        load->pause = now - load->last > load->pause ? now - load->last : load->pause;
        load->last = now;
    } else {
        evlog_wait(evlog_descriptor(load->log), 20000);
    }
}

/* Offers records until `count` were offered in all, keeping 1,000 under way. */
void kafka_load_run(struct kafka_load *load, size_t count)
{
    double deadline = kafka_tool_now() + 300;
    while (load->offered < count) {
        while (load->offered < count && load->offered - load->acknowledged < 1000) {
            char value[24];
            snprintf(value, sizeof value, "%zu", load->offered);
            struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                       .partition = 1,
                                       .key = STR("org"),
                                       .value = str_z(value),
                                       .token = load->offered };
            assert_ok(evlog_append(load->log, &item, 1));
            load->offered++;
        }
        kafka_load_poll(load, deadline);
    }
}

void kafka_load_finish(struct kafka_load *load)
{
    double deadline = kafka_tool_now() + 60;
    while (load->acknowledged < load->offered) {
        kafka_load_poll(load, deadline);
    }
}

/* Every record once, in order, where it was acknowledged. */
void kafka_load_check(struct kafka_load *load)
{
    struct evlog_reader *reader;
    struct evlog_record records[256];
    size_t next = 0, count;
    assert_ok(evlog_reader_open(load->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 0));
    while (next < load->offered) {
        assert_ok(evlog_reader_read(reader, records, 256, &count));
        for (size_t i = 0; i < count; i++, next++) {
            char value[24];
            snprintf(value, sizeof value, "%zu", next);
            if (records[i].offset != load->offsets[next] ||
                !str_eq(records[i].value, str_z(value))) {
                fail_msg("expected record %zu at its offset", next);
            }
        }
        if (count == 0 && !evlog_wait(evlog_reader_descriptor(reader), 20000000)) {
            fail_msg("expected to read %zu records, but after %zu none came for 20 s",
                     load->offered, next);
        }
    }
    evlog_reader_close(reader);
    uint64_t begin, end;
    assert_ok(evlog_range(load->log, EVLOG_DECISIONS, 1, &begin, &end));
    assert_int_equal(end, load->offered);
}

struct kafka_load *kafka_load_new(const struct evlog_kafka_options *options)
{
    struct kafka_load *load = mem_zalloc(1, sizeof *load);
    assert_ok(evlog_kafka_open(options, &load->log));
    log_tool_append(load->log, EVLOG_DECISIONS, 0, "warm");
    load->last = kafka_tool_now();
    return load;
}

void kafka_load_free(struct kafka_load *load, const char *what)
{
    print_message("%s: %zu acknowledged, 0 lost, 0 repeated, longest pause %.1f s\n", what,
                  load->acknowledged, load->pause);
    evlog_close(load->log);
    mem_free(load);
}
