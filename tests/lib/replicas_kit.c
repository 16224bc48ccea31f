#include "tests/lib/replicas_kit.h"

#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/auth/command_record.h"
#include "core/base/murmur2.h"
#include "core/domain/kernel/fields.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "tests/lib/command_text.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

static const int64_t REPLICAS_KIT_START_US = INT64_C(1767225600) * 1000000; /* 2026-01-01 */
enum { REPLICAS_KIT_COMMANDS_MAX = 16384, REPLICAS_KIT_STEP_US = 5000 };

static struct status replicas_kit_open_log(void *context, bool read_only, struct evlog **log)
{
    const struct replicas_member *member = context;
    return evlog_mem_open(member->kit->mem, read_only, log);
}

static void replicas_kit_report(void *context, uint32_t partition, struct status what)
{
    struct replicas_member *member = context;
    (void)partition;
    member->reports += what.code != STATUS_OK;
}

static void replicas_kit_hear(void *self, uint32_t partition, uint64_t offset, struct str value,
                              const struct hash *head)
{
    struct replicas_member *member = self;
    (void)partition;
    (void)offset;
    assert_true(value.size > 0);
    assert_non_null(head);
    member->heard++;
}

static int replicas_kit_descriptor(void *self)
{
    (void)self;
    return -1;
}

static void replicas_kit_follow(void *self, struct partition *partition, bool serving)
{
    struct replicas_member *member = self;
    (void)serving;
    assert_non_null(partition->reader);
    member->follows++;
}

/* ---- life ---- */

void replicas_kit_open(struct replicas_kit *kit)
{
    *kit = (struct replicas_kit){ .now_us = REPLICAS_KIT_START_US,
                                  .key = command_signature_key_make(STR("key")),
                                  .identity = log_tool_identity(REPLICAS_KIT_PARTITIONS) };
    arena_init(&kit->arena, (size_t)1 << 30);
    kit->mem = evlog_mem_new(&kit->identity, EVLOG_MEM_SHARED);
    evlog_mem_set_time(kit->mem, kit->now_us);
    kit->cluster = (struct command_signature_cluster){
        .id = evlog_id_str(&kit->identity.history_id), .keys = &kit->key, .keys_count = 1
    };
    assert_ok(evlog_mem_open(kit->mem, false, &kit->client));
    kit->configuration = writer_kit_configuration(&kit->arena);
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        kit->members[i] = (struct replicas_member){
            .kit = kit, .index = i, .process = i + 1, .clock = { kit->now_us, 1 }
        };
    }
}

void replicas_kit_close(struct replicas_kit *kit)
{
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        replicas_kit_stop(kit, i);
    }
    evlog_close(kit->client);
    evlog_mem_free(kit->mem);
    arena_release(&kit->arena);
}

void replicas_kit_start(struct replicas_kit *kit, uint32_t index)
{
    struct replicas_member *member = &kit->members[index];
    struct server_partition partitions[REPLICAS_KIT_PARTITIONS];
    for (uint32_t i = 0; i < REPLICAS_KIT_PARTITIONS; i++) {
        partitions[i] = (struct server_partition){ i, index };
    }
    struct server_options options = {
        .opener = { replicas_kit_open_log, member },
        .reporter = { replicas_kit_report, member },
        .observer = { .hear = replicas_kit_hear,
                      .step = replicas_kit_follow,
                      .descriptor = replicas_kit_descriptor,
                      .self = member },
        .stores = member->stores[0] != '\0' ? member->stores : NULL,
        .clock = clock_from_fake(&member->clock),
        .configuration = kit->configuration,
        .cluster = &kit->cluster,
        .partitions = partitions,
        .partitions_count = REPLICAS_KIT_PARTITIONS,
        .election_timeout_us = REPLICAS_KIT_ELECTION_TIMEOUT_US,
        .process = member->process,
    };
    assert_ok(replicas_open(&options, &member->replicas));
}

void replicas_kit_stop(struct replicas_kit *kit, uint32_t index)
{
    replicas_close(kit->members[index].replicas);
    kit->members[index].replicas = NULL;
}

void replicas_kit_advance(struct replicas_kit *kit, int64_t us)
{
    kit->now_us += us;
    evlog_mem_set_time(kit->mem, kit->now_us);
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        clock_fake_advance(&kit->members[i].clock, us);
    }
}

static bool replicas_kit_step(struct replicas_kit *kit)
{
    bool moved = false;
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        struct replicas *replicas = kit->members[i].replicas;
        moved = (replicas != NULL && replicas_step(replicas)) || moved;
    }
    return moved;
}

void replicas_kit_run(struct replicas_kit *kit, unsigned silences)
{
    int64_t until_us = kit->now_us + (int64_t)silences * REPLICAS_KIT_ELECTION_TIMEOUT_US;
    while (kit->now_us < until_us) {
        replicas_kit_advance(kit, replicas_kit_step(kit) ? 100 : REPLICAS_KIT_STEP_US);
    }
    while (replicas_kit_step(kit)) {
    }
}

void replicas_kit_settle(struct replicas_kit *kit, uint32_t index)
{
    enum { TRIES_MAX = 10000 };
    struct replicas *replicas = kit->members[index].replicas;
    bool settled = false;
    for (int i = 0; i < TRIES_MAX && !settled; i++) {
        settled = !replicas_step(replicas) && replicas_settled(replicas);
        evlog_wait(-1, settled ? 0 : 1000);
    }
    assert_true(settled);
}

/* ---- the client ---- */

const char *replicas_kit_org(uint32_t partition)
{
    static char names[REPLICAS_KIT_PARTITIONS][16];
    char *name = names[partition];
    for (unsigned i = 0; name[0] == '\0'; i++) {
        char tried[16];
        snprintf(tried, sizeof tried, "org%u", i);
        if (murmur2_partition(str_z(tried), REPLICAS_KIT_PARTITIONS) == partition) {
            memcpy(name, tried, sizeof tried);
        }
    }
    return name;
}

static struct str replicas_kit_seal(struct replicas_kit *kit, Agency__V1__Command *read)
{
    Agency__V1__Principal *admin = NULL;
    struct str record = { 0 };
    struct command_record_proof seal = { .cluster = kit->cluster,
                                         .issued_at_us = kit->now_us,
                                         .expires_at_us = kit->now_us + INT64_C(3600) * 1000000 };
    assert_ok(principal_parse(&kit->arena, kit->key.bytes, STR("admin"), &admin));
    assert_ok(command_record_make(&kit->arena,
                                  &(struct command_record_keys){ .cluster_key = kit->key.bytes },
                                  read, admin, &seal, &record));
    return record;
}

struct str replicas_kit_command(struct replicas_kit *kit, const char *org_id,
                                const char *command_id, const char *command, const char *json)
{
    return replicas_kit_seal(kit,
                             command_text_make(&kit->arena, org_id, command_id, command, json));
}

struct str replicas_kit_import(struct replicas_kit *kit, const char *org_id, const char *command_id,
                               int64_t occurred_at_us, const char *command, const char *json)
{
    Agency__V1__Command *read = command_text_make(&kit->arena, org_id, command_id, command, json);
    assert_ok(fields_time_new(&kit->arena, occurred_at_us, &read->occurred_at));
    return replicas_kit_seal(kit, read);
}

void replicas_kit_send(struct replicas_kit *kit, uint32_t partition, struct str key,
                       struct str value)
{
    struct evlog_item item = {
        .stream = EVLOG_COMMANDS, .partition = partition, .key = key, .value = value
    };
    assert_ok(evlog_append(kit->client, &item, 1));
    struct evlog_completion done = log_tool_complete(kit->client);
    assert_true(done.offset != EVLOG_OFFSET_UNKNOWN);
}

void replicas_kit_make_org(struct replicas_kit *kit, uint32_t partition)
{
    const char *org_id = replicas_kit_org(partition);
    char json[512];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
             "\"credentialId\":\"c\","
             "\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"root\"}",
             org_id);
    struct str record = replicas_kit_command(kit, org_id, "make", "createOrg", json);
    replicas_kit_send(kit, partition, str_z(org_id), record);
}

void replicas_kit_register(struct replicas_kit *kit, uint32_t partition, unsigned n)
{
    const char *org_id = replicas_kit_org(partition);
    char id[16], json[128];
    snprintf(id, sizeof id, "c%u", n);
    snprintf(json, sizeof json, "{\"subjectId\":\"s%u\",\"type\":\"SUBJECT_TYPE_AGENT\"}", n);
    struct str record = replicas_kit_command(kit, org_id, id, "registerSubject", json);
    replicas_kit_send(kit, partition, str_z(org_id), record);
}

/* ---- the truth ---- */

static void replicas_kit_count(struct replicas_kit *kit, const struct record *record,
                               struct replicas_kit_truth *truth, bool *seen)
{
    if (record->type == RECORD_DECISION) {
        Agency__V1__Decision *decision = NULL;
        unsigned n = 0;
        assert_ok(decision_decode(&kit->arena, record->body, &decision));
        truth->decided++;
        if (sscanf(decision->command_id, "c%u", &n) == 1) {
            assert_true(n < REPLICAS_KIT_COMMANDS_MAX);
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

static void replicas_kit_fold(struct replicas_kit *kit, struct evlog *log, uint32_t number,
                              struct replicas_kit_truth *truth)
{
    static bool seen[REPLICAS_KIT_COMMANDS_MAX];
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
            replicas_kit_count(kit, &record, truth, seen);
        }
    }
    evlog_reader_close(reader);
}

void replicas_kit_truth(struct replicas_kit *kit, uint32_t partition,
                        struct replicas_kit_truth *truth)
{
    struct evlog *log = NULL;
    uint64_t begin;
    *truth = (struct replicas_kit_truth){ 0 };
    assert_ok(evlog_mem_open(kit->mem, true, &log));
    struct partition_options options = {
        .log = log, .number = partition, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
    assert_ok(partition_open(&options, &truth->partition));
    replicas_kit_fold(kit, log, partition, truth);
    assert_ok(partition_write(truth->partition));
    assert_ok(evlog_range(log, EVLOG_COMMANDS, partition, &begin, &truth->commands_end));
    evlog_close(log);
}

static void replicas_kit_same(const struct partition *a, const struct partition *b)
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

void replicas_kit_agree(struct replicas_kit *kit, const struct replicas_kit_truth *truth)
{
    uint32_t number = truth->partition->position.chain.partition;
    for (uint32_t i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        struct replicas *replicas = kit->members[i].replicas;
        if (replicas != NULL) {
            assert_non_null(replicas->items);
            struct replica *replica = replicas->by_number[number];
            assert_non_null(replica->partition);
            assert_true(replica_settled(replica));
            replicas_kit_same(replica->partition, truth->partition);
        }
    }
}

const char *replicas_kit_dead_letters(struct replicas_kit *kit, uint32_t partition)
{
    struct evlog_reader *reader = NULL;
    struct evlog_record raw;
    struct str text = STR("");
    size_t count = 1;
    assert_ok(evlog_reader_open(kit->client, EVLOG_DEAD_LETTERS, &reader));
    assert_ok(evlog_reader_seek(reader, partition, 0));
    while (count > 0) {
        Agency__V1__DeadLetter *letter = NULL;
        assert_ok(evlog_reader_read(reader, &raw, 1, &count));
        if (count > 0) {
            assert_ok(pb_unpack(&kit->arena, &agency__v1__dead_letter__descriptor, raw.value,
                                PB_STORED, &letter));
            text = arena_printf(&kit->arena, "%.*s%llu %s\n", STR_ARG(text),
                                (unsigned long long)letter->offset, letter->code);
        }
    }
    evlog_reader_close(reader);
    return arena_printf(&kit->arena, "%.*s", STR_ARG(text)).data;
}

int replicas_kit_server(const struct replicas_kit *kit, uint32_t partition)
{
    int server = -1;
    for (int i = 0; i < REPLICAS_KIT_MEMBERS; i++) {
        const struct replicas *replicas = kit->members[i].replicas;
        if (replicas != NULL && replicas->items != NULL &&
            replica_leads(replicas->by_number[partition])) {
            assert_int_equal(server, -1);
            server = i;
        }
    }
    return server;
}

/* ---- others ---- */

static void replicas_kit_epoch(struct replicas_kit *kit, uint32_t partition, bool closed)
{
    struct replicas_kit_truth truth;
    struct buf body = { 0 }, value = { 0 };
    replicas_kit_truth(kit, partition, &truth);
    struct record_epoch epoch = { .identity = kit->identity,
                                  .partition = partition,
                                  .level = FORMAT_LEVEL,
                                  .closed = closed,
                                  .configuration = kit->configuration };
    epoch.leader.bytes[0] = 0xff;
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

void replicas_kit_intrude(struct replicas_kit *kit, uint32_t partition)
{
    replicas_kit_epoch(kit, partition, false);
}

void replicas_kit_conclude(struct replicas_kit *kit, uint32_t partition)
{
    replicas_kit_epoch(kit, partition, true);
}

void replicas_kit_open_serving(struct replicas_kit *kit)
{
    replicas_kit_open(kit);
    replicas_kit_start(kit, 0);
    replicas_kit_make_org(kit, 0);
    replicas_kit_run(kit, 1);
    assert_int_equal(replicas_kit_server(kit, 0), 0);
}
