#include "tests/lib/partition_kit.h"

#include <stdio.h>

#include "core/auth/command_record.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/command_text.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"
#include "writers/term.h"

static const int64_t PARTITION_KIT_START_US = INT64_C(1767225600) * 1000000; /* 2026-01-01 */

static uint64_t partition_kit_append(struct partition_kit *kit, struct str value)
{
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .key = STR("acme"), .value = value };
    assert_ok(evlog_append(kit->log, &item, 1));
    struct evlog_completion done = log_tool_complete(kit->log);
    assert_true(done.offset != EVLOG_OFFSET_UNKNOWN);
    return done.offset;
}

void partition_kit_epoch(struct partition_kit *kit)
{
    struct buf body = { 0 }, value = { 0 };
    struct record_epoch epoch = { .identity = kit->log->identity, .level = FORMAT_LEVEL };
    epoch.leader.bytes[0] = (uint8_t)kit->commands_count;
    epoch.configuration = writer_kit_configuration(&kit->arena);
    record_epoch_encode(&epoch, &body);
    struct record record = { .type = RECORD_EPOCH,
                             .epoch = kit->decided->position.chain.epoch + 1,
                             .sequence = 1,
                             .body = buf_str(&body) };
    record_encode(&record, &value);
    uint64_t offset = partition_kit_append(kit, buf_str(&value));
    assert_ok(partition_take(kit->decided, offset, buf_str(&value), NULL, NULL));
    decider_release(&kit->decider);
    assert_ok(decider_init(&kit->decider, &kit->decided->fold, &kit->decided->position));
    buf_release(&body);
    buf_release(&value);
}

void partition_kit_open_on(struct partition_kit *kit, enum evlog_mem_kind kind)
{
    *kit = (struct partition_kit){ .now_us = PARTITION_KIT_START_US };
    struct evlog_identity identity = log_tool_identity(1);
    arena_init(&kit->arena, 1 << 26);
    folder_tool_make(kit->folder);
    snprintf(kit->store, sizeof kit->store, "%s/store", kit->folder);
    kit->mem = evlog_mem_new(&identity, kind);
    assert_ok(evlog_mem_open(kit->mem, false, &kit->log));
    struct partition_options options = partition_kit_options(kit, NULL);
    assert_ok(partition_open(&options, &kit->decided));
    partition_kit_epoch(kit);
}

void partition_kit_open(struct partition_kit *kit)
{
    partition_kit_open_on(kit, EVLOG_MEM_EXCLUSIVE);
}

void partition_kit_make_org(struct partition_kit *kit)
{
    partition_kit_do(kit, "2018-01-01T00:00:00Z", "createOrg",
                     "{\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
                     "\"credentialId\":\"root-key\",\"kind\":\"CREDENTIAL_KIND_API_KEY\","
                     "\"identityHash\":"
                     "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}}");
}

void partition_kit_open_org(struct partition_kit *kit)
{
    partition_kit_open(kit);
    partition_kit_make_org(kit);
}

void partition_kit_close(struct partition_kit *kit)
{
    decider_release(&kit->decider);
    partition_close(kit->decided);
    evlog_close(kit->log);
    evlog_mem_free(kit->mem);
    arena_release(&kit->arena);
    folder_tool_remove(kit->folder);
}

static Agency__V1__Command *partition_kit_command(struct partition_kit *kit,
                                                  const char *occurred_at, const char *command,
                                                  const char *json)
{
    struct str id = arena_printf(&kit->arena, "c%u", kit->commands_count);
    Agency__V1__Command *read = command_text_make(&kit->arena, "acme", id.data, command, json);
    if (occurred_at != NULL) {
        int64_t time_us;
        assert_ok(time_parse(str_z(occurred_at), &time_us));
        assert_ok(fields_time_new(&kit->arena, time_us, &read->occurred_at));
    }
    return read;
}

static void partition_kit_begin(struct partition_kit *kit)
{
    arena_reset(&kit->arena);
    kit->commands_count++;
    kit->now_us += 1000000;
}

static struct submit_answer partition_kit_record(struct partition_kit *kit,
                                                 Agency__V1__Command *command)
{
    struct decider_command given = { .now_us = kit->now_us };
    Agency__V1__Principal *principal;
    struct submit_answer answer;
    struct str record;
    assert_ok(principal_parse(&kit->arena, STR("key"), STR("admin"), &principal));
    struct command_record_keys keys = { STR("key"), kit->keyring };
    assert_ok(command_record_make(&kit->arena, &keys, command, principal, NULL, &given.bytes));
    do {
        assert_ok(term_decide(&kit->decider, kit->timers, given, &answer, &record));
        if (answer.outcome == SUBMIT_FAILED && kit->timers != NULL) {
            return answer;
        }
        if (answer.outcome != SUBMIT_DECIDED && answer.outcome != SUBMIT_ELAPSED) {
            fail_msg("%s: refused: %s", command->command_id, answer.reason);
        }
        partition_kit_pass(kit, record);
    } while (answer.outcome == SUBMIT_ELAPSED);
    if (partition_due(kit->decided)) {
        assert_ok(partition_write(kit->decided));
    }
    return answer;
}

struct submit_answer partition_kit_decide(struct partition_kit *kit, const char *occurred_at,
                                          const char *command, const char *json)
{
    partition_kit_begin(kit);
    return partition_kit_record(kit, partition_kit_command(kit, occurred_at, command, json));
}

struct submit_answer partition_kit_decide_line(struct partition_kit *kit, struct str line)
{
    Agency__V1__Command *command;
    partition_kit_begin(kit);
    assert_ok(pb_from_json(&kit->arena, &agency__v1__command__descriptor, line, &command));
    return partition_kit_record(kit, command);
}

void partition_kit_do(struct partition_kit *kit, const char *occurred_at, const char *command,
                      const char *json)
{
    struct submit_answer answer = partition_kit_decide(kit, occurred_at, command, json);
    if (answer.code != STATUS_OK) {
        fail_msg("%s %s: rejected: %s", command, json, answer.reason);
    }
}

void partition_kit_make(struct partition_kit *kit, const char *command, const char *format, ...)
{
    char json[512];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(json, sizeof json, format, args);
    va_end(args);
    assert_in_range(size, 0, sizeof json - 1);
    partition_kit_do(kit, NULL, command, json);
}

void partition_kit_pass(struct partition_kit *kit, struct str value)
{
    uint64_t offset = partition_kit_append(kit, value);
    assert_ok(partition_pass(kit->decided, offset, value, NULL, NULL));
}

void partition_kit_tick(struct partition_kit *kit)
{
    struct str record;
    kit->now_us += 1000000;
    Agency__V1__Tick tick = AGENCY__V1__TICK__INIT;
    assert_ok(decider_tick(&kit->decider, &tick, kit->now_us,
                           kit->decider.chain.next_command_offset, &record));
    uint64_t offset = partition_kit_append(kit, record);
    assert_ok(partition_pass(kit->decided, offset, record, NULL, NULL));
    assert_ok(partition_write(kit->decided));
}

void partition_kit_tell_root(struct partition_kit *kit, uint64_t sequence, const struct hash *root)
{
    struct str record;
    struct hash told = *root;
    Agency__V1__Tick tick = AGENCY__V1__TICK__INIT;
    tick.root_sequence = sequence;
    tick.fold_version = FOLD_VERSION;
    tick.root = (ProtobufCBinaryData){ HASH_SIZE, told.bytes };
    kit->now_us += 1000000;
    assert_ok(decider_tick(&kit->decider, &tick, kit->now_us,
                           kit->decider.chain.next_command_offset, &record));
    partition_kit_append(kit, record);
}

struct partition_options partition_kit_options(const struct partition_kit *kit, const char *store)
{
    return (struct partition_options){
        .store = store, .log = kit->log, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
}

struct status partition_kit_catch_up(const struct partition_kit *kit, struct partition *partition)
{
    return partition_catch_up(partition, kit->log);
}

struct partition *partition_kit_fold(const struct partition_kit *kit, const char *store)
{
    struct partition_options options = partition_kit_options(kit, store);
    struct partition *partition;
    assert_ok(partition_open(&options, &partition));
    assert_ok(partition_kit_catch_up(kit, partition));
    return partition;
}

const char *partition_kit_root(const struct partition *partition)
{
    static char hex[HASH_HEX_SIZE];
    struct hash root;
    uint64_t count;
    assert_ok(store_root(partition->reader, &root, &count));
    hash_hex(&root, hex);
    return hex;
}
