#include "tests/lib/stakes_kit.h"

#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/murmur2.h"
#include "core/model/decision.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"
#include "writers/intake.h"

static const int64_t STAKES_KIT_START_US = INT64_C(1767225600) * 1000000; /* 2026-01-01 */
enum { STAKES_KIT_COMMANDS_MAX = 16384, STAKES_KIT_STEP_US = 5000 };

static struct status stakes_kit_open_log(void *context, struct evlog **log)
{
    const struct stakes_member *member = context;
    return evlog_mem_open(member->kit->mem, false, log);
}

static void stakes_kit_report(void *context, uint32_t partition, struct status what)
{
    struct stakes_member *member = context;
    (void)partition;
    member->reports += what.code != STATUS_OK;
}

static void stakes_kit_hear(void *self, uint32_t partition, uint64_t offset, struct str value)
{
    struct stakes_member *member = self;
    (void)partition;
    (void)offset;
    assert_true(value.size > 0);
    member->heard++;
}

static int stakes_kit_descriptor(void *self)
{
    (void)self;
    return -1;
}

static void stakes_kit_follow(void *self, struct partition *partition, bool serving)
{
    struct stakes_member *member = self;
    (void)serving;
    assert_non_null(partition->reader);
    member->follows++;
}

/* ---- life ---- */

void stakes_kit_open(struct stakes_kit *kit)
{
    *kit = (struct stakes_kit){ .now_us = STAKES_KIT_START_US,
                                .key = proof_key_make(STR("key")),
                                .identity = log_tool_identity(STAKES_KIT_PARTITIONS) };
    arena_init(&kit->arena, (size_t)1 << 30);
    kit->mem = evlog_mem_new(&kit->identity, EVLOG_MEM_SHARED);
    evlog_mem_set_time(kit->mem, kit->now_us);
    kit->cluster = (struct proof_cluster){ .id = evlog_id_str(&kit->identity.history_id),
                                           .keys = &kit->key,
                                           .keys_count = 1 };
    assert_ok(evlog_mem_open(kit->mem, false, &kit->client));
    kit->configuration = writer_kit_configuration(&kit->arena);
    for (uint32_t i = 0; i < STAKES_KIT_MEMBERS; i++) {
        kit->members[i] = (struct stakes_member){
            .kit = kit, .index = i, .process = i + 1, .clock = { kit->now_us, 1 }
        };
    }
}

void stakes_kit_close(struct stakes_kit *kit)
{
    for (uint32_t i = 0; i < STAKES_KIT_MEMBERS; i++) {
        stakes_kit_stop(kit, i);
    }
    evlog_close(kit->client);
    evlog_mem_free(kit->mem);
    arena_release(&kit->arena);
}

void stakes_kit_start(struct stakes_kit *kit, uint32_t index)
{
    struct stakes_member *member = &kit->members[index];
    struct cowriter_partition partitions[STAKES_KIT_PARTITIONS];
    for (uint32_t i = 0; i < STAKES_KIT_PARTITIONS; i++) {
        partitions[i] = (struct cowriter_partition){ i, index };
    }
    struct cowriter_options options = {
        .open_log = stakes_kit_open_log,
        .report = stakes_kit_report,
        .context = member,
        .follower = { .hear = stakes_kit_hear,
                      .step = stakes_kit_follow,
                      .descriptor = stakes_kit_descriptor,
                      .self = member },
        .stores = member->stores[0] != '\0' ? member->stores : NULL,
        .clock = clock_from_fake(&member->clock),
        .configuration = kit->configuration,
        .cluster = &kit->cluster,
        .partitions = partitions,
        .partitions_count = STAKES_KIT_PARTITIONS,
        .silence_us = STAKES_KIT_SILENCE_US,
        .process = member->process,
    };
    assert_ok(stakes_open(&options, &member->stakes));
}

void stakes_kit_stop(struct stakes_kit *kit, uint32_t index)
{
    stakes_close(kit->members[index].stakes);
    kit->members[index].stakes = NULL;
}

void stakes_kit_advance(struct stakes_kit *kit, int64_t us)
{
    kit->now_us += us;
    evlog_mem_set_time(kit->mem, kit->now_us);
    for (uint32_t i = 0; i < STAKES_KIT_MEMBERS; i++) {
        clock_fake_advance(&kit->members[i].clock, us);
    }
}

static bool stakes_kit_step(struct stakes_kit *kit)
{
    bool moved = false;
    for (uint32_t i = 0; i < STAKES_KIT_MEMBERS; i++) {
        struct stakes *stakes = kit->members[i].stakes;
        moved = (stakes != NULL && stakes_step(stakes)) || moved;
    }
    return moved;
}

void stakes_kit_run(struct stakes_kit *kit, unsigned silences)
{
    int64_t until_us = kit->now_us + (int64_t)silences * STAKES_KIT_SILENCE_US;
    while (kit->now_us < until_us) {
        stakes_kit_advance(kit, stakes_kit_step(kit) ? 100 : STAKES_KIT_STEP_US);
    }
    while (stakes_kit_step(kit)) {
    }
}

void stakes_kit_settle(struct stakes_kit *kit, uint32_t index)
{
    enum { TRIES_MAX = 10000 };
    struct stakes *stakes = kit->members[index].stakes;
    bool settled = false;
    for (int i = 0; i < TRIES_MAX && !settled; i++) {
        settled = !stakes_step(stakes) && stakes_settled(stakes);
        evlog_wait(-1, settled ? 0 : 1000);
    }
    assert_true(settled);
}

/* ---- the client ---- */

const char *stakes_kit_org(uint32_t partition)
{
    static char names[STAKES_KIT_PARTITIONS][16];
    char *name = names[partition];
    for (unsigned i = 0; name[0] == '\0'; i++) {
        char tried[16];
        snprintf(tried, sizeof tried, "org%u", i);
        if (murmur2_partition(str_z(tried), STAKES_KIT_PARTITIONS) == partition) {
            memcpy(name, tried, sizeof tried);
        }
    }
    return name;
}

struct str stakes_kit_command(struct stakes_kit *kit, const char *org_id, const char *command_id,
                              const char *command, const char *json)
{
    struct str text = arena_printf(&kit->arena, "{\"orgId\":\"%s\",\"commandId\":\"%s\",\"%s\":%s}",
                                   org_id, command_id, command, json);
    Agency__V1__Command *read = NULL;
    Agency__V1__Principal *admin = NULL;
    struct str record = { 0 };
    struct intake_proof seal = { .cluster = kit->cluster,
                                 .issued_at_us = kit->now_us,
                                 .expires_at_us = kit->now_us + INT64_C(3600) * 1000000 };
    assert_ok(pb_from_json(&kit->arena, &agency__v1__command__descriptor, text, &read));
    assert_ok(intake_principal(&kit->arena, kit->key.bytes, STR("admin"), &admin));
    assert_ok(intake_record(&kit->arena, kit->key.bytes, read, admin, &seal, &record));
    return record;
}

void stakes_kit_send(struct stakes_kit *kit, uint32_t partition, struct str key, struct str value)
{
    struct evlog_item item = {
        .stream = EVLOG_COMMANDS, .partition = partition, .key = key, .value = value
    };
    assert_ok(evlog_append(kit->client, &item, 1));
    struct evlog_completion done = log_tool_complete(kit->client);
    assert_true(done.offset != EVLOG_OFFSET_UNKNOWN);
}

void stakes_kit_make_org(struct stakes_kit *kit, uint32_t partition)
{
    const char *org_id = stakes_kit_org(partition);
    char json[512];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"ownerSubjectId\":\"root\",\"credential\":{\"credentialId\":\"c\","
             "\"kind\":\"CREDENTIAL_KIND_API_KEY\",\"identity\":\"root\"}}",
             org_id);
    struct str record = stakes_kit_command(kit, org_id, "make", "createOrg", json);
    stakes_kit_send(kit, partition, str_z(org_id), record);
}

void stakes_kit_register(struct stakes_kit *kit, uint32_t partition, unsigned n)
{
    const char *org_id = stakes_kit_org(partition);
    char id[16], json[128];
    snprintf(id, sizeof id, "c%u", n);
    snprintf(json, sizeof json, "{\"subjectId\":\"s%u\",\"type\":\"SUBJECT_TYPE_AGENT\"}", n);
    struct str record = stakes_kit_command(kit, org_id, id, "registerSubject", json);
    stakes_kit_send(kit, partition, str_z(org_id), record);
}

/* ---- the truth ---- */

static void stakes_kit_count(struct stakes_kit *kit, const struct record *record,
                             struct stakes_kit_truth *truth, bool *seen)
{
    if (record->type == RECORD_DECISION) {
        Agency__V1__Decision *decision = NULL;
        unsigned n = 0;
        assert_ok(decision_decode(&kit->arena, record->body, &decision));
        truth->decided++;
        if (sscanf(decision->command_id, "c%u", &n) == 1) {
            assert_true(n < STAKES_KIT_COMMANDS_MAX);
            assert_false(seen[n]);
            seen[n] = true;
        }
    } else if (record->type == RECORD_REPEAT) {
        Agency__V1__Repeat *repeat = NULL;
        assert_ok(pb_unpack(&kit->arena, &agency__v1__repeat__descriptor, record->body, PB_STORED,
                            &repeat));
        truth->repeats += repeat->code == STATUS_OK && repeat->first_sequence > 0;
        truth->others += repeat->code == STATUS_INVALID_ARGUMENT;
    }
    truth->epochs += record->type == RECORD_EPOCH;
}

static void stakes_kit_fold(struct stakes_kit *kit, struct evlog *log, uint32_t number,
                            struct stakes_kit_truth *truth)
{
    static bool seen[STAKES_KIT_COMMANDS_MAX];
    struct evlog_reader *reader = NULL;
    struct evlog_record raw;
    size_t count = 1;
    memset(seen, 0, sizeof seen);
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, number, 0));
    while (count > 0) {
        struct record record;
        bool accepted = false;
        assert_ok(evlog_reader_read(reader, &raw, 1, &count));
        if (partition_due(truth->partition)) {
            assert_ok(partition_write(truth->partition));
        }
        if (count > 0) {
            assert_ok(partition_take(truth->partition, raw.offset, raw.value, &record, &accepted));
        }
        if (accepted) {
            stakes_kit_count(kit, &record, truth, seen);
        }
    }
    evlog_reader_close(reader);
}

void stakes_kit_truth(struct stakes_kit *kit, uint32_t partition, struct stakes_kit_truth *truth)
{
    struct evlog *log = NULL;
    uint64_t begin;
    *truth = (struct stakes_kit_truth){ 0 };
    assert_ok(evlog_mem_open(kit->mem, true, &log));
    struct partition_options options = {
        .log = log, .number = partition, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
    assert_ok(partition_open(&options, &truth->partition));
    stakes_kit_fold(kit, log, partition, truth);
    assert_ok(partition_write(truth->partition));
    assert_ok(evlog_range(log, EVLOG_COMMANDS, partition, &begin, &truth->commands_end));
    evlog_close(log);
}

static void stakes_kit_same(const struct partition *a, const struct partition *b)
{
    struct hash root_a, root_b;
    uint64_t count_a, count_b;
    assert_int_equal(a->position.chain.sequence, b->position.chain.sequence);
    assert_int_equal(a->position.chain.epoch, b->position.chain.epoch);
    assert_true(hash_eq(&a->position.chain.head, &b->position.chain.head));
    assert_ok(store_root(a->reader, &root_a, &count_a));
    assert_ok(store_root(b->reader, &root_b, &count_b));
    assert_int_equal(count_a, count_b);
    assert_true(hash_eq(&root_a, &root_b));
}

void stakes_kit_agree(struct stakes_kit *kit, const struct stakes_kit_truth *truth)
{
    uint32_t number = truth->partition->position.chain.partition;
    for (uint32_t i = 0; i < STAKES_KIT_MEMBERS; i++) {
        struct stakes *stakes = kit->members[i].stakes;
        if (stakes != NULL) {
            assert_non_null(stakes->items);
            struct stake *stake = stakes->by_number[number];
            assert_non_null(stake->partition);
            assert_true(stake_settled(stake));
            stakes_kit_same(stake->partition, truth->partition);
        }
    }
}

const char *stakes_kit_rejected(struct stakes_kit *kit, uint32_t partition)
{
    struct evlog_reader *reader = NULL;
    struct evlog_record raw;
    struct str text = STR("");
    size_t count = 1;
    assert_ok(evlog_reader_open(kit->client, EVLOG_REJECTED, &reader));
    assert_ok(evlog_reader_seek(reader, partition, 0));
    while (count > 0) {
        Agency__V1__RejectedCommand *rejected = NULL;
        assert_ok(evlog_reader_read(reader, &raw, 1, &count));
        if (count > 0) {
            assert_ok(pb_unpack(&kit->arena, &agency__v1__rejected_command__descriptor, raw.value,
                                PB_STORED, &rejected));
            text = arena_printf(&kit->arena, "%.*s%llu %s\n", STR_ARG(text),
                                (unsigned long long)rejected->offset, rejected->code);
        }
    }
    evlog_reader_close(reader);
    return arena_printf(&kit->arena, "%.*s", STR_ARG(text)).data;
}

int stakes_kit_server(const struct stakes_kit *kit, uint32_t partition)
{
    int server = -1;
    for (int i = 0; i < STAKES_KIT_MEMBERS; i++) {
        const struct stakes *stakes = kit->members[i].stakes;
        if (stakes != NULL && stakes->items != NULL && stake_serves(stakes->by_number[partition])) {
            assert_int_equal(server, -1);
            server = i;
        }
    }
    return server;
}

/* ---- others ---- */

static void stakes_kit_epoch(struct stakes_kit *kit, uint32_t partition, bool closed)
{
    struct stakes_kit_truth truth;
    struct buf body = { 0 }, value = { 0 };
    stakes_kit_truth(kit, partition, &truth);
    struct record_epoch epoch = { .identity = kit->identity,
                                  .partition = partition,
                                  .level = FORMAT_LEVEL,
                                  .closed = closed,
                                  .configuration = kit->configuration };
    epoch.owner.bytes[0] = 0xff;
    record_epoch_encode(&epoch, &body);
    struct record record = { .type = RECORD_EPOCH,
                             .epoch = truth.partition->position.chain.epoch + 1,
                             .sequence = 1,
                             .body = buf_str(&body) };
    record_encode(&record, &value);
    partition_close(truth.partition);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = partition,
                               .value = buf_str(&value) };
    assert_ok(evlog_append(kit->client, &item, 1));
    log_tool_complete(kit->client);
    buf_release(&body);
    buf_release(&value);
}

void stakes_kit_intrude(struct stakes_kit *kit, uint32_t partition)
{
    stakes_kit_epoch(kit, partition, false);
}

void stakes_kit_conclude(struct stakes_kit *kit, uint32_t partition)
{
    stakes_kit_epoch(kit, partition, true);
}
