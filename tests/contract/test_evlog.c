/* What every log backend promises (core/evlog/evlog.h), tried on each. The suite kafka includes
 * this file to try it on a real broker. */
#include <stdio.h>
#include <unistd.h>

#include "core/evlog/evlog_kafka.h"
#include "core/evlog/evlog_local.h"
#include "core/evlog/evlog_mem.h"
#include "core/evlog/record.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

#ifndef EVLOG_CONTRACT_KAFKA
#define EVLOG_CONTRACT_KAFKA 0
#endif

enum { WORLD_PARTITIONS = 4 };

enum world_kind { WORLD_MEM_EXCLUSIVE, WORLD_MEM_SHARED, WORLD_LOCAL, WORLD_KAFKA, WORLD_KINDS };

/* A backend with an empty log. */
struct world {
    enum world_kind kind;
    struct evlog_mem *mem;
    char path[FOLDER_TOOL_PATH_MAX]; /* of the local log; the prefix of the topics on Kafka */
    struct evlog *log;               /* the writer */
};

static struct evlog_kafka_options world_kafka(const struct world *world, bool read_only)
{
    return (struct evlog_kafka_options){
        .brokers = broker_tool_address(),
        .prefix = world->path,
        .read_only = read_only,
        .partitions_count = WORLD_PARTITIONS,
        .timeout_ms = 30000,
    };
}

static struct status world_open(struct world *world, bool read_only, struct evlog **log)
{
    if (world->kind == WORLD_LOCAL) {
        struct evlog_local_options options = { .read_only = read_only,
                                               .partitions_count = WORLD_PARTITIONS,
                                               .segment_size = 4096 };
        return evlog_local_open(world->path, &options, log);
    }
    if (world->kind == WORLD_KAFKA) {
        struct evlog_kafka_options options = world_kafka(world, read_only);
        return evlog_kafka_open(&options, log);
    }
    return evlog_mem_open(world->mem, read_only, log);
}

static void world_begin_kafka(struct world *world, const struct evlog_identity *identity)
{
    static int made;
    snprintf(world->path, sizeof world->path, "contract-%ld-%d", (long)getpid(), made++);
    struct evlog_kafka_options options = world_kafka(world, false);
    assert_ok(evlog_kafka_create(&options, identity));
}

static void world_begin(struct world *world, enum world_kind kind)
{
    *world = (struct world){ .kind = kind };
    struct evlog_identity identity = log_tool_identity(WORLD_PARTITIONS);
    if (kind == WORLD_KAFKA) {
        world_begin_kafka(world, &identity);
    } else if (kind == WORLD_LOCAL) {
        folder_tool_make(world->path);
        assert_ok(evlog_local_create(world->path, &identity));
    } else {
        world->mem = evlog_mem_new(&identity, kind == WORLD_MEM_SHARED ? EVLOG_MEM_SHARED
                                                                       : EVLOG_MEM_EXCLUSIVE);
    }
    assert_ok(world_open(world, false, &world->log));
}

static void world_end(struct world *world)
{
    evlog_close(world->log);
    evlog_mem_free(world->mem);
    if (world->kind == WORLD_LOCAL) {
        folder_tool_remove(world->path);
    }
}

static void world_each(void (*body)(struct world *world))
{
    if (EVLOG_CONTRACT_KAFKA && broker_tool_address() == NULL) {
        skip(); /* there is no Java */
    }
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        if ((kind == WORLD_KAFKA) == EVLOG_CONTRACT_KAFKA) {
            struct world world;
            world_begin(&world, (enum world_kind)kind);
            body(&world);
            world_end(&world);
        }
    }
}

/* A test whose body runs once on each backend. */
#define CONTRACT(what)                                \
    static void contract_##what(struct world *world); \
    TEST(evlog, what)                                 \
    {                                                 \
        world_each(contract_##what);                  \
    }                                                 \
    static void contract_##what(struct world *world)

CONTRACT(knows_who_it_is)
{
    struct evlog_identity expected = log_tool_identity(WORLD_PARTITIONS);
    assert_int_equal(world->log->identity.partitions_count, WORLD_PARTITIONS);
    assert_memory_equal(&world->log->identity, &expected, sizeof expected);
}

CONTRACT(an_empty_partition_begins_and_ends_at_zero)
{
    uint64_t begin, end;
    assert_ok(evlog_range(world->log, EVLOG_DECISIONS, 3, &begin, &end));
    assert_int_equal(begin, 0);
    assert_int_equal(end, 0);
}

CONTRACT(gives_what_was_appended)
{
    char text[64];
    assert_int_equal(log_tool_append(world->log, EVLOG_DECISIONS, 1, "a"), 0);
    assert_int_equal(log_tool_append(world->log, EVLOG_DECISIONS, 1, "b"), 1);
    assert_int_equal(log_tool_append(world->log, EVLOG_DECISIONS, 2, "other"), 0);
    assert_int_equal(log_tool_append(world->log, EVLOG_COMMANDS, 1, "command"), 0);
    log_tool_read(world->log, EVLOG_DECISIONS, 1, 0, 2, text, sizeof text);
    assert_string_equal(text, "a\nb\n");
    log_tool_read(world->log, EVLOG_DECISIONS, 1, 1, 1, text, sizeof text);
    assert_string_equal(text, "b\n");
    log_tool_read(world->log, EVLOG_COMMANDS, 1, 0, 1, text, sizeof text);
    assert_string_equal(text, "command\n");
}

CONTRACT(completions_bear_their_tokens)
{
    struct evlog_item items[3] = {
        { .stream = EVLOG_DECISIONS, .key = STR("k"), .value = STR("x"), .token = 11 },
        { .stream = EVLOG_COMMANDS, .key = STR("k"), .value = STR("y"), .token = 12 },
        { .stream = EVLOG_DECISIONS, .key = STR(""), .value = STR(""), .token = 13 },
    };
    assert_ok(evlog_append(world->log, items, 3));
    uint64_t offsets[3] = { 9, 9, 9 };
    for (int i = 0; i < 3; i++) {
        struct evlog_completion completion = log_tool_complete(world->log);
        assert_in_range(completion.token, 11, 13);
        offsets[completion.token - 11] = completion.offset;
    }
    assert_int_equal(offsets[0], 0);
    assert_int_equal(offsets[1], 0);
    assert_int_equal(offsets[2], 1);
}

CONTRACT(the_range_covers_what_was_acknowledged)
{
    uint64_t begin, end;
    for (int i = 0; i < 3; i++) {
        log_tool_append(world->log, EVLOG_COMMANDS, 3, "x");
    }
    assert_ok(evlog_range(world->log, EVLOG_COMMANDS, 3, &begin, &end));
    assert_int_equal(begin, 0);
    assert_int_equal(end, 3);
}

/* Appends `count` records, numbered, to partitions in turn; waits for all. */
static void append_many(struct evlog *log, int count)
{
    for (int i = 0; i < count; i++) {
        char value[32];
        snprintf(value, sizeof value, "%d", i);
        struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                   .partition = (uint32_t)i % WORLD_PARTITIONS,
                                   .key = STR("k"),
                                   .value = str_z(value) };
        assert_ok(evlog_append(log, &item, 1));
    }
    for (int i = 0; i < count; i++) {
        assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
    }
}

/* Reads until `count` records came, of all partitions that are followed; checks their order. */
static void read_many(struct evlog_reader *reader, int count)
{
    struct evlog_record records[7];
    while (count > 0) {
        size_t got;
        assert_ok(evlog_reader_read(reader, records, 7, &got));
        for (size_t i = 0; i < got; i++) {
            char expected[32];
            snprintf(
                expected, sizeof expected, "%llu",
                (unsigned long long)(records[i].offset * WORLD_PARTITIONS + records[i].partition));
            assert_true(str_eq(records[i].value, str_z(expected)));
            assert_true(str_eq(records[i].key, STR("k")));
        }
        count -= (int)got;
        assert_true(got > 0 || evlog_wait(evlog_reader_descriptor(reader), 20000000));
    }
    assert_int_equal(count, 0);
}

CONTRACT(a_reader_follows_many_partitions)
{
    struct evlog_reader *reader;
    append_many(world->log, 1000);
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    for (uint32_t p = 0; p < WORLD_PARTITIONS; p++) {
        assert_ok(evlog_reader_seek(reader, p, 0));
    }
    read_many(reader, 1000);
    for (uint32_t p = 0; p < WORLD_PARTITIONS; p++) {
        assert_int_equal(evlog_reader_position(reader, p), 250);
    }
    evlog_reader_close(reader);
}

CONTRACT(a_reader_seeks_back_and_forth)
{
    struct evlog_reader *reader;
    append_many(world->log, 1000);
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 200));
    read_many(reader, 50);
    assert_ok(evlog_reader_seek(reader, 2, 100));
    read_many(reader, 150);
    assert_ok(evlog_reader_seek(reader, 1, 10));
    assert_int_equal(evlog_reader_end(reader, 1), 250);
    assert_ok(evlog_reader_seek(reader, 2, 250));
    read_many(reader, 240);
    assert_ok(evlog_reader_seek(reader, 1, 0));
    assert_ok(evlog_reader_seek(reader, 1, 249));
    read_many(reader, 1);
    evlog_reader_close(reader);
}

CONTRACT(a_reader_gets_nothing_of_what_it_left)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    size_t count;
    append_many(world->log, 8);
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_read(reader, &record, 1, &count));
    assert_int_equal(count, 0);
    assert_ok(evlog_reader_seek(reader, 1, 0));
    assert_ok(evlog_reader_seek(reader, 2, 0));
    evlog_reader_leave(reader, 1);
    read_many(reader, 2);
    assert_ok(evlog_reader_read(reader, &record, 1, &count));
    assert_int_equal(count, 0);
    evlog_reader_close(reader);
}

CONTRACT(a_reader_is_woken_by_what_comes)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    size_t count;
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 0));
    for (int i = 0; i < 3; i++) {
        assert_ok(evlog_reader_read(reader, &record, 1, &count));
        assert_int_equal(count, 0);
        log_tool_append(world->log, EVLOG_DECISIONS, 1, "news");
        count = 0;
        while (count == 0) {
            assert_true(evlog_wait(evlog_reader_descriptor(reader), 20000000));
            assert_ok(evlog_reader_read(reader, &record, 1, &count));
        }
        assert_int_equal(record.offset, i);
    }
    evlog_reader_close(reader);
}

CONTRACT(reading_to_an_end_waits_for_all_before_it)
{
    struct evlog_reader *reader;
    struct evlog_record records[16];
    uint64_t begin, end;
    size_t count, all = 0;
    append_many(world->log, 400);
    assert_ok(evlog_range(world->log, EVLOG_DECISIONS, 3, &begin, &end));
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 3, begin));
    do {
        assert_ok(evlog_reader_read_to(reader, 3, end, records, 16, &count));
        all += count;
    } while (count > 0);
    assert_int_equal(all, 100);
    evlog_reader_close(reader);
}

CONTRACT(leaving_a_partition_takes_back_nothing_that_was_given)
{
    struct evlog_reader *reader;
    struct evlog_record records[2];
    size_t count;
    append_many(world->log, 8);
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 0));
    assert_ok(evlog_reader_read_to(reader, 1, 2, records, 2, &count));
    evlog_reader_leave(reader, 1);
    assert_true(count > 0 && str_eq(records[0].value, STR("1")));
    evlog_reader_close(reader);
}

CONTRACT(a_position_beyond_the_end_is_out_of_range)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    struct status st = status_ok();
    size_t count;
    log_tool_append(world->log, EVLOG_DECISIONS, 1, "x");
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 1, 5));
    for (int i = 0; i < 200 && st.code == STATUS_OK; i++) {
        st = evlog_reader_read(reader, &record, 1, &count);
        assert_int_equal(count, 0);
        evlog_wait(evlog_reader_descriptor(reader), 100000);
    }
    assert_int_equal(st.code, STATUS_OUT_OF_RANGE);
    assert_int_equal(record.partition, 1);
    evlog_reader_close(reader);
}

CONTRACT(keeps_its_records_when_it_is_closed)
{
    append_many(world->log, 100);
    evlog_close(world->log);
    assert_ok(world_open(world, false, &world->log));
    char text[64];
    log_tool_read(world->log, EVLOG_DECISIONS, 3, 22, 3, text, sizeof text);
    assert_string_equal(text, "91\n95\n99\n");
    assert_int_equal(log_tool_append(world->log, EVLOG_DECISIONS, 3, "x"), 25);
}

CONTRACT(takes_records_of_the_largest_size)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    struct buf value = { 0 };
    memset(buf_reserve(&value, RECORD_VALUE_SIZE_MAX), 'v', RECORD_VALUE_SIZE_MAX);
    value.size = RECORD_VALUE_SIZE_MAX;
    char key[ID_SIZE_MAX];
    memset(key, 'k', sizeof key);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .key = { key, sizeof key },
                               .value = buf_str(&value) };
    for (int i = 0; i < 3; i++) {
        assert_ok(evlog_append(world->log, &item, 1));
        assert_int_equal(log_tool_complete(world->log).offset, i);
    }
    item.value.size++;
    assert_code(STATUS_INVALID_ARGUMENT, evlog_append(world->log, &item, 1));
    assert_ok(evlog_reader_open(world->log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, 2));
    log_tool_next(reader, &record);
    assert_true(str_eq(record.value, buf_str(&value)));
    assert_true(str_eq(record.key, item.key));
    evlog_reader_close(reader);
    buf_release(&value);
}

CONTRACT(refuses_more_than_may_be_under_way)
{
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .key = STR("k"), .value = STR("v") };
    struct status st = status_ok();
    int taken = 0;
    while (st.code == STATUS_OK) {
        st = evlog_append(world->log, &item, 1);
        taken += st.code == STATUS_OK;
    }
    assert_int_equal(st.code, STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(taken, EVLOG_PENDING_MAX);
    log_tool_complete(world->log);
    assert_ok(evlog_append(world->log, &item, 1));
    for (int i = 0; i < EVLOG_PENDING_MAX; i++) {
        log_tool_complete(world->log);
    }
}

CONTRACT(a_handle_for_reading_does_not_write)
{
    struct evlog *log;
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .key = STR("k"), .value = STR("v") };
    assert_ok(world_open(world, true, &log));
    assert_false(log->exclusive);
    assert_code(STATUS_UNAVAILABLE, evlog_append(log, &item, 1));
    evlog_close(log);
}

CONTRACT(a_handle_for_reading_sees_what_the_writer_adds)
{
    struct evlog *log;
    uint64_t begin, end;
    char text[64];
    assert_ok(world_open(world, true, &log));
    for (int i = 0; i < 200; i++) {
        log_tool_append(world->log, EVLOG_DECISIONS, 1, "later");
        assert_ok(evlog_range(log, EVLOG_DECISIONS, 1, &begin, &end));
        assert_int_equal(end, i + 1);
    }
    log_tool_read(log, EVLOG_DECISIONS, 1, 199, 1, text, sizeof text);
    assert_string_equal(text, "later\n");
    evlog_close(log);
}

CONTRACT(an_exclusive_log_has_one_writer)
{
    struct evlog *second;
    if (world->log->exclusive) {
        assert_code(STATUS_FAILED_PRECONDITION, world_open(world, false, &second));
    } else {
        assert_ok(world_open(world, false, &second));
        assert_int_equal(log_tool_append(second, EVLOG_DECISIONS, 0, "from another"), 0);
        assert_int_equal(log_tool_append(world->log, EVLOG_DECISIONS, 0, "mine"), 1);
        evlog_close(second);
    }
}

CONTRACT(a_shared_log_has_all_streams_with_headers)
{
    struct evlog_header headers[2] = { { STR("ce_id"), STR("1-2-3") }, { STR("empty"), STR("") } };
    struct evlog_item item = { .stream = EVLOG_EVENTS,
                               .partition = 2,
                               .key = STR("org"),
                               .value = STR("event"),
                               .headers = headers,
                               .headers_count = 2 };
    struct evlog_reader *reader;
    struct evlog_record record = { 0 };
    if (!world->log->all_streams) {
        assert_code(STATUS_UNIMPLEMENTED, evlog_append(world->log, &item, 1));
        assert_code(STATUS_UNIMPLEMENTED, evlog_reader_open(world->log, EVLOG_EVENTS, &reader));
        return;
    }
    assert_ok(evlog_append(world->log, &item, 1));
    assert_int_equal(log_tool_complete(world->log).offset, 0);
    assert_ok(evlog_reader_open(world->log, EVLOG_EVENTS, &reader));
    assert_ok(evlog_reader_seek(reader, 2, 0));
    log_tool_next(reader, &record);
    assert_true(str_eq(record.value, item.value));
    assert_int_equal(record.headers_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(str_eq(record.headers[i].name, headers[i].name));
        assert_true(str_eq(record.headers[i].value, headers[i].value));
    }
    evlog_reader_close(reader);
}

CONTRACT(refuses_more_headers_than_a_record_may_have)
{
    static const char bytes[EVLOG_HEADERS_SIZE_MAX];
    struct evlog_header headers[EVLOG_HEADERS_MAX + 1];
    for (size_t i = 0; i <= EVLOG_HEADERS_MAX; i++) {
        headers[i] = (struct evlog_header){ STR("n"), STR("v") };
    }
    struct evlog_item item = { .stream = EVLOG_OUTCOMES,
                               .headers = headers,
                               .headers_count = EVLOG_HEADERS_MAX + 1 };
    if (!world->log->all_streams) {
        return;
    }
    assert_code(STATUS_INVALID_ARGUMENT, evlog_append(world->log, &item, 1));
    headers[0].value = str_make(bytes, sizeof bytes);
    item.headers_count = 1;
    assert_code(STATUS_INVALID_ARGUMENT, evlog_append(world->log, &item, 1));
}

CONTRACT(the_status_has_one_partition)
{
    char text[64];
    if (!world->log->all_streams) {
        return;
    }
    assert_int_equal(evlog_partitions_count(world->log, EVLOG_STATUS), 1);
    assert_int_equal(evlog_partitions_count(world->log, EVLOG_DEAD_LETTERS), WORLD_PARTITIONS);
    assert_int_equal(log_tool_append(world->log, EVLOG_STATUS, 0, "well"), 0);
    assert_int_equal(log_tool_append(world->log, EVLOG_DEAD_LETTERS, 3, "no"), 0);
    assert_int_equal(log_tool_append(world->log, EVLOG_OUTCOMES, 3, "yes"), 0);
    log_tool_read(world->log, EVLOG_STATUS, 0, 0, 1, text, sizeof text);
    assert_string_equal(text, "well\n");
    log_tool_read(world->log, EVLOG_DEAD_LETTERS, 3, 0, 1, text, sizeof text);
    assert_string_equal(text, "no\n");
}
