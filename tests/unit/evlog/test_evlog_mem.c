/* What the log in memory can be made to do, so that tests built on it test what they say. */
#include "core/evlog/evlog_mem.h"

#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

static struct evlog_mem *mem_new(enum evlog_mem_kind kind, struct evlog **log)
{
    struct evlog_identity identity = log_tool_identity(2);
    struct evlog_mem *mem = evlog_mem_new(&identity, kind);
    assert_ok(evlog_mem_open(mem, false, log));
    return mem;
}

static void mem_free_all(struct evlog_mem *mem, struct evlog *log)
{
    evlog_close(log);
    evlog_mem_free(mem);
}

static void mem_append(struct evlog *log, const char *value)
{
    struct evlog_item item = {
        .stream = EVLOG_DECISIONS, .key = STR("org"), .value = str_z(value), .token = 7
    };
    assert_ok(evlog_append(log, &item, 1));
}

TEST(evlog_mem, an_unknown_record_breaks_its_handle_written_or_not)
{
    static const struct {
        enum evlog_mem_fate fate;
        uint64_t end;
    } cases[] = { { EVLOG_MEM_WRITE_UNKNOWN, 1 }, { EVLOG_MEM_LOSE_UNKNOWN, 0 } };
    for (size_t i = 0; i < 2; i++) {
        struct evlog *log;
        struct evlog_completion completion;
        uint64_t begin, end;
        size_t count;
        struct evlog_mem *mem = mem_new(EVLOG_MEM_SHARED, &log);
        evlog_mem_fate_at(mem, 0, cases[i].fate);
        mem_append(log, "x");
        assert_int_equal(log_tool_complete(log).offset, EVLOG_OFFSET_UNKNOWN);
        assert_code(STATUS_UNAVAILABLE, evlog_poll(log, &completion, 1, &count));
        assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
        assert_int_equal(end, cases[i].end);
        mem_free_all(mem, log);
    }
}

TEST(evlog_mem, a_held_record_arrives_after_its_writer_is_gone)
{
    struct evlog *zombie, *log;
    char text[32];
    struct evlog_mem *mem = mem_new(EVLOG_MEM_SHARED, &zombie);
    evlog_mem_fate_at(mem, 0, EVLOG_MEM_HOLD);
    mem_append(zombie, "late");
    evlog_close(zombie);
    assert_ok(evlog_mem_open(mem, false, &log));
    mem_append(log, "early");
    assert_int_equal(evlog_mem_held_count(mem), 1);
    evlog_mem_deliver(mem, 0, EVLOG_MEM_WRITE);
    log_tool_read(log, EVLOG_DECISIONS, 0, 0, 2, text, sizeof text);
    assert_string_equal(text, "early\nlate\n");
    mem_free_all(mem, log);
}

TEST(evlog_mem, a_doubled_record_lies_there_twice)
{
    struct evlog *log;
    char text[32];
    struct evlog_mem *mem = mem_new(EVLOG_MEM_SHARED, &log);
    evlog_mem_fate_at(mem, 1, EVLOG_MEM_WRITE_TWICE);
    mem_append(log, "once");
    mem_append(log, "twice");
    assert_int_equal(log_tool_complete(log).offset, 0);
    assert_int_equal(log_tool_complete(log).offset, 1);
    log_tool_read(log, EVLOG_DECISIONS, 0, 0, 3, text, sizeof text);
    assert_string_equal(text, "once\ntwice\ntwice\n");
    mem_free_all(mem, log);
}

TEST(evlog_mem, the_call_asked_for_fails_and_no_other)
{
    struct evlog *log;
    uint64_t begin, end;
    struct evlog_mem *mem = mem_new(EVLOG_MEM_EXCLUSIVE, &log);
    evlog_mem_fail_at(mem, 1);
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_false(evlog_mem_failed(mem));
    assert_code(STATUS_UNAVAILABLE, evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_true(evlog_mem_failed(mem));
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    mem_free_all(mem, log);
}

TEST(evlog_mem, a_broken_handle_gives_all_it_had_under_way_as_unknown)
{
    struct evlog *log;
    struct evlog_mem *mem = mem_new(EVLOG_MEM_SHARED, &log);
    evlog_mem_fate_always(mem, EVLOG_MEM_HOLD);
    for (int i = 0; i < 3; i++) {
        mem_append(log, "x");
    }
    evlog_mem_deliver(mem, 1, EVLOG_MEM_LOSE_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(log_tool_complete(log).offset, EVLOG_OFFSET_UNKNOWN);
    }
    assert_int_equal(evlog_mem_held_count(mem), 2);
    mem_free_all(mem, log);
}

TEST(evlog_mem, trimmed_lost_and_damaged_records_show)
{
    struct evlog *log;
    struct evlog_reader *reader;
    struct evlog_record record;
    size_t count;
    struct evlog_mem *mem = mem_new(EVLOG_MEM_SHARED, &log);
    for (int i = 0; i < 4; i++) {
        mem_append(log, "x");
    }
    evlog_mem_trim(mem, EVLOG_DECISIONS, 0, 1);
    evlog_mem_damage(mem, EVLOG_DECISIONS, 0, 2);
    evlog_mem_cut(mem, EVLOG_DECISIONS, 0, 3);
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    static const enum status_code codes[] = { STATUS_OUT_OF_RANGE, STATUS_OK, STATUS_DATA_LOSS,
                                              STATUS_OK, STATUS_OUT_OF_RANGE };
    for (uint64_t offset = 0; offset < 5; offset++) {
        assert_ok(evlog_reader_seek(reader, 0, offset));
        assert_code(codes[offset], evlog_reader_read(reader, &record, 1, &count));
        assert_int_equal(count, offset == 1);
    }
    evlog_reader_close(reader);
    mem_free_all(mem, log);
}
