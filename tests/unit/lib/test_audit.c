/* The load client and the audit, which other tests believe: against a decider that can be told to
 * do what none may do. */
#include "tests/lib/audit.h"

#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/buf.h"
#include "core/evlog/chain.h"
#include "core/evlog/evlog_mem.h"
#include "core/pb/message.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

enum { PARTITIONS = 2, ORGS = 5, COMMANDS = 40 };

/* What the decider does with one of the commands. */
enum sin { SIN_NONE, SIN_TWICE, SIN_FORGET, SIN_SILENT, SIN_OTHER_ANSWER };

struct world {
    struct evlog_mem *mem;
    struct evlog *log;
    struct load *load;
    struct chain chains[PARTITIONS];
    uint64_t taken[PARTITIONS]; /* commands */
    struct arena arena;
    enum sin sin;
    uint64_t sinner; /* the number of the command */
};

static struct status world_open_log(void *context, bool read_only, struct evlog **log)
{
    return evlog_mem_open(context, read_only, log);
}

static void world_append(struct world *world, enum evlog_stream stream, uint32_t partition,
                         struct str value)
{
    struct evlog_item item = { .stream = stream, .partition = partition, .value = value };
    assert_ok(evlog_append(world->log, &item, 1));
    assert_true(log_tool_complete(world->log).offset != EVLOG_OFFSET_UNKNOWN);
}

static void world_epoch(struct world *world, uint32_t partition)
{
    struct record_epoch body = { .identity = world->log->identity,
                                 .partition = partition,
                                 .level = FORMAT_LEVEL };
    struct buf bytes = { 0 }, value = { 0 };
    enum chain_verdict verdict;
    record_epoch_encode(&body, &bytes);
    struct record record = { .type = RECORD_EPOCH, .epoch = 1, .sequence = 1 };
    record.body = buf_str(&bytes);
    record_encode(&record, &value);
    world_append(world, EVLOG_DECISIONS, partition, buf_str(&value));
    chain_init(&world->chains[partition], &world->log->identity, partition, 1);
    assert_ok(chain_offer(&world->chains[partition], buf_str(&value), &record, &verdict));
    buf_release(&bytes);
    buf_release(&value);
}

static struct world world_open(enum sin sin, uint64_t sinner)
{
    struct evlog_identity identity = log_tool_identity(PARTITIONS);
    struct world world = { .mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED),
                           .sin = sin,
                           .sinner = sinner };
    struct load_options options = { .opener = { world_open_log, world.mem },
                                    .name = "load",
                                    .orgs_count = ORGS,
                                    .cluster_key = STR("key"),
                                    .commands_max = COMMANDS,
                                    .waiting_max = COMMANDS,
                                    .retry_us = 60000000 };
    arena_init(&world.arena, (size_t)1 << 20);
    assert_ok(evlog_mem_open(world.mem, false, &world.log));
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        world_epoch(&world, p);
    }
    world.load = load_open(&options);
    return world;
}

static void world_decide(struct world *world, uint32_t partition, char *command_id)
{
    struct chain *chain = &world->chains[partition];
    Agency__V1__Decision decision = AGENCY__V1__DECISION__INIT;
    struct buf body = { 0 }, value = { 0 };
    struct record record = { .type = RECORD_DECISION };
    decision.command_id = command_id;
    pb_pack_buf(&decision.base, &body);
    chain_next(chain, world->taken[partition] + 1, &record);
    record.body = buf_str(&body);
    record_encode(&record, &value);
    world_append(world, EVLOG_DECISIONS, partition, buf_str(&value));
    chain_push(chain, &record, buf_str(&value));
    buf_release(&body);
    buf_release(&value);
}

static void world_publish(struct world *world, uint32_t partition, char *command_id, bool lie)
{
    char ok[] = "OK";
    Agency__V1__SubmitResponse answer = AGENCY__V1__SUBMIT_RESPONSE__INIT;
    Agency__V1__Outcome outcome = AGENCY__V1__OUTCOME__INIT;
    struct buf value = { 0 };
    answer.command_id = command_id;
    answer.code = ok;
    answer.sequence = world->chains[partition].sequence + lie;
    outcome.answer = &answer;
    pb_pack_buf(&outcome.base, &value);
    world_append(world, EVLOG_OUTCOMES, partition, buf_str(&value));
    buf_release(&value);
}

static void world_serve_one(struct world *world, const struct evlog_record *raw)
{
    Agency__V1__CommandRecord *record;
    Agency__V1__Command *command;
    arena_reset(&world->arena);
    assert_ok(pb_unpack(&world->arena, &agency__v1__command_record__descriptor, raw->value,
                        PB_STORED, &record));
    assert_ok(pb_unpack(&world->arena, &agency__v1__command__descriptor,
                        str_make(record->command.data, record->command.len), PB_STORED, &command));
    uint64_t number = load_source_number(&world->load->source, command->command_id);
    enum sin sin = number == world->sinner ? world->sin : SIN_NONE;
    if (sin != SIN_FORGET) {
        world_decide(world, raw->partition, command->command_id);
    }
    if (sin == SIN_TWICE) {
        world_decide(world, raw->partition, command->command_id);
    }
    if (sin != SIN_SILENT) {
        world_publish(world, raw->partition, command->command_id, sin == SIN_OTHER_ANSWER);
    }
    world->taken[raw->partition]++;
}

/* Answers all that has been asked. */
static void world_serve(struct world *world)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    size_t count;
    assert_ok(evlog_reader_open(world->log, EVLOG_COMMANDS, &reader));
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        uint64_t begin, end;
        assert_ok(evlog_range(world->log, EVLOG_COMMANDS, p, &begin, &end));
        assert_ok(evlog_reader_seek(reader, p, world->taken[p]));
        while (world->taken[p] < end) {
            assert_ok(evlog_reader_read_to(reader, p, end, &record, 1, &count));
            world_serve_one(world, &record);
        }
        evlog_reader_leave(reader, p);
    }
    evlog_reader_close(reader);
}

static void world_close(struct world *world)
{
    load_close(world->load);
    evlog_close(world->log);
    evlog_mem_free(world->mem);
    arena_release(&world->arena);
}

/* Sends all commands to a decider that sins at the tenth, and looks. */
static struct audit world_audit(enum sin sin)
{
    struct world world = world_open(sin, 10);
    struct audit audit;
    load_send(world.load, COMMANDS, 0);
    world_serve(&world);
    if (sin == SIN_SILENT) {
        load_listen(world.load, 0.2);
    } else {
        load_settle(world.load, 20);
    }
    audit_run(world.load, world.log, &audit);
    world_close(&world);
    return audit;
}

TEST(audit, finds_nothing_where_nothing_is_wrong)
{
    struct audit audit = world_audit(SIN_NONE);
    assert_string_equal(audit.fault, "");
    assert_int_equal(audit.acknowledged, COMMANDS);
    assert_int_equal(audit.decisions, COMMANDS);
    assert_int_equal(audit.epochs, PARTITIONS);
    assert_int_equal(audit_faults(&audit), 0);
}

TEST(audit, finds_what_was_decided_twice)
{
    struct audit audit = world_audit(SIN_TWICE);
    assert_int_equal(audit.twice, 1);
}

TEST(audit, finds_an_answer_that_is_not_in_the_log)
{
    struct audit audit = world_audit(SIN_FORGET);
    assert_int_equal(audit.lost, 1);
    assert_int_equal(audit.untrue, 1);
}

TEST(audit, finds_an_answer_that_is_not_the_log_s)
{
    struct audit audit = world_audit(SIN_OTHER_ANSWER);
    assert_int_equal(audit.lost, 1);
    assert_int_equal(audit.untrue, 1);
}

TEST(audit, finds_what_nobody_was_told)
{
    struct audit audit = world_audit(SIN_SILENT);
    assert_int_equal(audit.acknowledged, COMMANDS - 1);
    assert_int_equal(audit.unpublished, 1);
    assert_string_equal(audit.fault, "command 10 was decided, but has no outcome");
}

TEST(load, asks_again_for_what_is_not_answered)
{
    struct world world = world_open(SIN_NONE, 0);
    world.load->options.retry_us = 1000;
    evlog_mem_fate_at(world.mem, 3, EVLOG_MEM_LOSE_UNKNOWN);
    load_send(world.load, COMMANDS, 0);
    load_listen(world.load, 0.5);
    assert_true(world.load->again > 0);
    assert_int_equal(world.load->reopened, 1);
    world_close(&world);
}

/* Whoever is answered in that order was asked in it: the decider takes what comes. */
TEST(load, asks_again_for_what_a_broken_log_left_behind_before_anything_new)
{
    struct world world = world_open(SIN_NONE, 0);
    evlog_mem_fate_at(world.mem, 3, EVLOG_MEM_LOSE_UNKNOWN);
    load_send(world.load, COMMANDS, 0);
    world_serve(&world);
    load_settle(world.load, 20);
    for (uint64_t number = ORGS; number < COMMANDS; number++) {
        const struct load_command *commands = world.load->commands;
        assert_true(commands[number - ORGS].sequence < commands[number].sequence);
    }
    world_close(&world);
}

TEST(load, is_accepted_in_the_order_of_its_numbers)
{
    struct writer_kit kit;
    struct load_source source;
    writer_kit_open(&kit);
    const struct submit port = writer_port(kit.writer);
    load_source_init(&source, "load", 2, STR("key"), (struct evlog_id){ { 1 } });
    for (uint64_t number = 0; number < 700; number++) {
        char org[LOAD_SOURCE_ORG_SIZE];
        struct submit_answer answer;
        const struct submit_command sent = { .org_id = load_source_org(&source, number, org),
                                             .record = load_source_record(&source, number) };
        assert_ok(submit_and_wait(&port, &sent, &answer));
        assert_string_equal(answer.reason, "");
        assert_int_equal(answer.code, STATUS_OK);
    }
    load_source_release(&source);
    writer_kit_close(&kit);
}
