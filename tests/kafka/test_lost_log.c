/* A broker that lost what was acknowledged: whoever has seen it says so, and folds no further. */
#include <stdio.h>

#include "core/model/partition.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/kafka_damage.h"
#include "tests/lib/kafka_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { LOST_TICKS = 9, LOST_KEPT = 4 };

/* A log whose partition 0 has an EPOCH and TICKs behind it. */
static struct evlog *lost_log(const struct evlog_kafka_options *options)
{
    struct evlog *log;
    struct chain chain;
    assert_ok(evlog_kafka_open(options, &log));
    kafka_owner_take(log, 1, 'O');
    kafka_owner_fold(log, &chain);
    for (int i = 0; i < LOST_TICKS; i++) {
        struct record record = { .type = RECORD_TICK };
        struct buf value = { 0 };
        chain_next(&chain, 0, &record);
        record_encode(&record, &value);
        struct evlog_item item = { .stream = EVLOG_DECISIONS, .value = buf_str(&value) };
        assert_ok(evlog_append(log, &item, 1));
        chain_push(&chain, &record, buf_str(&value));
        assert_true(log_tool_complete(log).offset != EVLOG_OFFSET_UNKNOWN);
        buf_release(&value);
    }
    return log;
}

static struct status lost_open(struct evlog *log, const char *store, struct partition **partition)
{
    struct partition_options options = {
        .store = store, .log = log, .level_known = FORMAT_LEVEL, .memory_max = 1 << 24
    };
    return partition_open(&options, partition);
}

static void lost_fold(struct evlog *log, const char *store)
{
    struct partition *partition;
    assert_ok(lost_open(log, store, &partition));
    assert_ok(partition_catch_up(partition, log));
    assert_int_equal(partition->position.chain.sequence, LOST_TICKS + 1);
    partition_close(partition);
}

/* A log that has lost the tail that a store was folded from, and that store. */
static struct evlog *lost_tail(char prefix[KAFKA_TOOL_PREFIX_SIZE],
                               char store[FOLDER_TOOL_PATH_MAX])
{
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    struct evlog *log = lost_log(&options);
    folder_tool_make(store);
    lost_fold(log, store);
    evlog_close(log);
    kafka_damage_cut(&options, LOST_KEPT);
    assert_ok(evlog_kafka_open(&options, &log));
    return log;
}

static void lost_refuse(struct evlog *log, const char *store, const char *why)
{
    struct partition *partition;
    struct status st = lost_open(log, store, &partition);
    assert_int_equal(st.code, STATUS_DATA_LOSS);
    assert_non_null(strstr(st.msg, why));
}

TEST(lost_log, a_store_that_saw_the_lost_tail_does_not_open)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE], store[FOLDER_TOOL_PATH_MAX];
    struct evlog *log = lost_tail(prefix, store);
    lost_refuse(log, store, "it goes from '0' to '4'");
    evlog_close(log);
    folder_tool_remove(store);
}

/* The log has grown again behind what it lost: only the records can tell. */
TEST(lost_log, a_tail_that_was_written_anew_is_not_taken_for_the_old_one)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE], store[FOLDER_TOOL_PATH_MAX];
    struct evlog *log = lost_tail(prefix, store);
    for (int i = 0; i < 2 * LOST_TICKS; i++) {
        kafka_owner_take(log, (uint64_t)i + 2, 'N');
    }
    lost_refuse(log, store, "to be the one that the store was folded from");
    evlog_close(log);
    folder_tool_remove(store);
}

TEST(lost_log, a_reader_behind_the_lost_tail_learns_it)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    struct evlog *log = lost_log(&options);
    struct evlog_reader *reader;
    struct evlog_record record = { .partition = 99 };
    struct status st = status_ok();
    size_t count;
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, LOST_TICKS));
    assert_ok(evlog_reader_read_to(reader, 0, LOST_TICKS + 1, &record, 1, &count));
    kafka_damage_cut(&options, LOST_KEPT);
    double deadline = kafka_tool_now() + 60;
    while ((st.code == STATUS_OK || st.code == STATUS_UNAVAILABLE) && kafka_tool_now() < deadline) {
        evlog_wait(evlog_reader_descriptor(reader), 100000);
        st = evlog_reader_read(reader, &record, 1, &count);
        assert_int_equal(count, 0);
    }
    assert_int_equal(st.code, STATUS_OUT_OF_RANGE);
    assert_int_equal(record.partition, 0);
    evlog_reader_close(reader);
    evlog_close(log);
}

TEST(lost_log, a_fold_does_not_begin_behind_what_retention_dropped)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    struct evlog *log = lost_log(&options);
    kafka_damage_drop(&options, 0, LOST_KEPT);
    lost_refuse(log, NULL, "it goes from '4' to '10'");
    evlog_close(log);
}
