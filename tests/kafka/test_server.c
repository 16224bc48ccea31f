/* Two writers on a real log: one goes on where the other ended, and both where the broker was
 * killed. */
#include "writers/cluster/server.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/murmur2.h"
#include "core/pb/message.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/kafka_tool.h"
#include "tests/lib/load_source.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

enum { WRITERS = 2, ELECTION_TIMEOUT_US = 1000000, ORGS = 8, BATCH = 1000 };

struct scene {
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options log_options;
    struct evlog *log; /* the client's */
    struct load_source source;
    struct command_signature_key key;
    struct command_signature_cluster cluster;
    struct arena arena;
    struct str configuration;
    struct server *writers[WRITERS];
    uint64_t sent;
};

static struct status scene_open_log(void *context, bool read_only, struct evlog **log)
{
    const struct scene *scene = context;
    (void)read_only; /* one handle does both */
    return evlog_kafka_open(&scene->log_options, log);
}

static void scene_start(struct scene *scene, uint32_t index)
{
    struct server_partition partitions[KAFKA_TOOL_PARTITIONS];
    for (uint32_t i = 0; i < KAFKA_TOOL_PARTITIONS; i++) {
        partitions[i] = (struct server_partition){ i, index };
    }
    struct server_options options = { .opener = { scene_open_log, scene },
                                      .clock = clock_real(),
                                      .configuration = scene->configuration,
                                      .cluster = &scene->cluster,
                                      .partitions = partitions,
                                      .partitions_count = KAFKA_TOOL_PARTITIONS,
                                      .election_timeout_us = ELECTION_TIMEOUT_US,
                                      .process = index + 1 };
    assert_ok(server_open(&options, &scene->writers[index]));
}

static void scene_stop(struct scene *scene, uint32_t index)
{
    server_close(scene->writers[index]);
    scene->writers[index] = NULL;
}

static void scene_begin(struct scene *scene)
{
    *scene = (struct scene){ .key = command_signature_key_make(STR("key")) };
    scene->log_options = kafka_tool_made(scene->prefix);
    assert_ok(evlog_kafka_open(&scene->log_options, &scene->log));
    arena_init(&scene->arena, 1 << 20);
    scene->configuration = writer_kit_configuration(&scene->arena);
    scene->cluster =
        (struct command_signature_cluster){ evlog_id_str(&scene->log->identity.history_id),
                                            &scene->key, 1 };
    load_source_init(&scene->source, "c", ORGS, STR("key"), scene->log->identity.history_id);
}

static void scene_end(struct scene *scene)
{
    for (uint32_t i = 0; i < WRITERS; i++) {
        scene_stop(scene, i);
    }
    load_source_release(&scene->source);
    arena_release(&scene->arena);
    evlog_close(scene->log);
}

static void scene_send(struct scene *scene, unsigned count)
{
    char org[LOAD_SOURCE_ORG_SIZE];
    for (unsigned i = 0; i < count; i++) {
        struct str key = load_source_org(&scene->source, scene->sent, org);
        struct evlog_item item = { .stream = EVLOG_COMMANDS,
                                   .partition = murmur2_partition(key, KAFKA_TOOL_PARTITIONS),
                                   .key = key,
                                   .value = load_source_record(&scene->source, scene->sent++) };
        assert_ok(evlog_append(scene->log, &item, 1));
    }
    for (unsigned i = 0; i < count; i++) {
        assert_true(log_tool_complete(scene->log).offset != EVLOG_OFFSET_UNKNOWN);
    }
}

/* Waits until the log answers all that was sent, and counts its decisions. */
static uint64_t scene_decisions(struct scene *scene, uint32_t partition)
{
    struct evlog_reader *reader = NULL;
    struct chain chain;
    uint64_t begin, end, decisions = 0;
    assert_ok(evlog_range(scene->log, EVLOG_COMMANDS, partition, &begin, &end));
    chain_init(&chain, &scene->log->identity, partition, 1);
    assert_ok(evlog_reader_open(scene->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, partition, 0));
    while (chain.next_command_offset < end) {
        struct evlog_record raw;
        struct record record;
        enum chain_verdict verdict;
        log_tool_next(reader, &raw);
        assert_ok(chain_offer(&chain, raw.value, &record, &verdict));
        decisions += verdict == CHAIN_ACCEPTED && record.type == RECORD_DECISION;
    }
    evlog_reader_close(reader);
    return decisions;
}

static void scene_check(struct scene *scene)
{
    uint64_t decisions = 0;
    for (uint32_t p = 0; p < KAFKA_TOOL_PARTITIONS; p++) {
        decisions += scene_decisions(scene, p);
    }
    assert_int_equal(decisions, scene->sent);
}

TEST(server_kafka, a_standby_goes_on_where_the_owner_ended)
{
    struct scene scene;
    scene_begin(&scene);
    scene_start(&scene, 0);
    scene_send(&scene, BATCH);
    scene_check(&scene);
    scene_start(&scene, 1);
    scene_send(&scene, BATCH);
    scene_stop(&scene, 0);
    double begin = kafka_tool_now();
    scene_send(&scene, BATCH);
    scene_check(&scene);
    print_message("taken over after %.1f s, of silences of %d s\n", kafka_tool_now() - begin,
                  2 * ELECTION_TIMEOUT_US / 1000000);
    scene_end(&scene);
}

TEST(server_kafka, a_killed_broker_is_waited_for)
{
    struct scene scene;
    scene_begin(&scene);
    scene_start(&scene, 0);
    scene_start(&scene, 1);
    scene_send(&scene, BATCH);
    broker_tool_kill(1);
    usleep(500000);
    broker_tool_restart(1);
    scene_send(&scene, BATCH);
    scene_check(&scene);
    scene_end(&scene);
}
