/* The local log when its end is lost, and a person gives that up. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evlog/evlog_local.h"
#include "core/evlog/folder.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { LOST_PARTITIONS = 2, LOST_RECORDS = 24, LOST_SEGMENT_SIZE = 1000 };

struct lost {
    char path[FOLDER_TOOL_PATH_MAX];
    char segment[FOLDER_TOOL_PATH_MAX + 32]; /* the last one */
    uint64_t size;                           /* its bytes */
    uint64_t told;                           /* records given up */
    bool unknown;
};

static void lost_tell(void *context, const struct evlog_local_lost *lost)
{
    struct lost *told = context;
    told->told += lost->end - lost->begin;
    told->unknown = lost->end == lost->begin;
}

static struct status lost_open(struct lost *lost, bool gives_up, struct evlog **log)
{
    struct evlog_local_options options = { .segment_size = LOST_SEGMENT_SIZE,
                                           .give_up = gives_up ? lost_tell : NULL,
                                           .give_up_context = lost };
    lost->told = 0;
    lost->unknown = false;
    return evlog_local_open(lost->path, &options, log);
}

static void lost_find_segment(struct lost *lost)
{
    struct folder folder;
    struct stat found;
    assert_ok(folder_open(lost->path, &folder_io_system, &folder));
    snprintf(lost->segment, sizeof lost->segment, "%s/%016" PRIx64 ".log", lost->path,
             folder.segments[folder.segments_count - 1].base);
    folder_release(&folder);
    assert_int_equal(stat(lost->segment, &found), 0);
    lost->size = (uint64_t)found.st_size;
}

static void lost_make(struct lost *lost)
{
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(LOST_PARTITIONS);
    folder_tool_make(lost->path);
    assert_ok(evlog_local_create(lost->path, &identity));
    assert_ok(lost_open(lost, false, &log));
    for (uint32_t i = 0; i < LOST_RECORDS; i++) {
        log_tool_append(log, EVLOG_DECISIONS, i % LOST_PARTITIONS, "a decision");
    }
    evlog_close(log);
    lost_find_segment(lost);
}

static uint64_t lost_count(struct evlog *log)
{
    uint64_t sum = 0, begin, end;
    for (uint32_t p = 0; p < LOST_PARTITIONS; p++) {
        assert_ok(evlog_range(log, EVLOG_DECISIONS, p, &begin, &end));
        sum += end;
    }
    return sum;
}

/* It is refused without, and with it the log goes on: told and kept are all that there was. */
static uint64_t lost_give_up(struct lost *lost)
{
    struct evlog *log;
    char values[LOST_RECORDS * 16];
    assert_code(STATUS_DATA_LOSS, lost_open(lost, false, &log));
    assert_ok(lost_open(lost, true, &log));
    uint64_t kept = lost_count(log), told = lost->told;
    assert_int_equal(kept + told, LOST_RECORDS);
    uint64_t next = log_tool_append(log, EVLOG_DECISIONS, 0, "later");
    evlog_close(log);
    assert_ok(lost_open(lost, false, &log));
    assert_int_equal(lost_count(log), kept + 1);
    log_tool_read(log, EVLOG_DECISIONS, 0, next, 1, values, sizeof values);
    assert_string_equal(values, "later\n");
    evlog_close(log);
    return told;
}

static void lost_overwrite(const struct lost *lost, uint64_t at, unsigned char byte, size_t count)
{
    int file = open(lost->segment, O_WRONLY);
    assert_true(file >= 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pwrite(file, &byte, 1, (off_t)(at + i)), 1);
    }
    close(file);
}

TEST(lost_tail, a_cut_end_is_given_up_wherever_it_was_cut)
{
    struct lost lost;
    lost_make(&lost);
    uint64_t size = lost.size, all = 0;
    folder_tool_remove(lost.path);
    for (uint64_t less = 1; less <= size; less += 7) { /* down to a part of its header */
        lost_make(&lost);
        assert_int_equal(truncate(lost.segment, (off_t)(size - less)), 0);
        uint64_t told = lost_give_up(&lost);
        assert_true(told >= all && told > 0);
        all = told;
        folder_tool_remove(lost.path);
    }
    assert_true(all > 1);
}

TEST(lost_tail, a_segment_that_is_gone_is_given_up)
{
    struct lost lost;
    lost_make(&lost);
    assert_int_equal(unlink(lost.segment), 0);
    assert_true(lost_give_up(&lost) > 1);
    folder_tool_remove(lost.path);
}

TEST(lost_tail, an_end_that_was_overwritten_is_given_up)
{
    static const unsigned char bytes[] = { 0x00, 0x5A };
    for (size_t i = 0; i < sizeof bytes; i++) {
        struct lost lost;
        struct evlog *log;
        lost_make(&lost);
        lost_overwrite(&lost, lost.size - 100, bytes[i], 100);
        assert_ok(lost_open(&lost, true, &log));
        assert_int_equal(lost_count(log) + lost.told, LOST_RECORDS);
        assert_true(lost.told > 0);
        evlog_close(log);
        folder_tool_remove(lost.path);
    }
}

TEST(lost_tail, a_damaged_header_before_records_is_no_lost_end)
{
    struct lost lost;
    struct evlog *log;
    lost_make(&lost);
    lost_overwrite(&lost, 20, 0x5A, 1);
    assert_code(STATUS_DATA_LOSS, lost_open(&lost, true, &log));
    assert_int_equal(access(lost.segment, F_OK), 0);
    folder_tool_remove(lost.path);
}

TEST(lost_tail, damage_before_whole_records_is_no_lost_end)
{
    struct lost lost;
    struct evlog *log;
    struct stat after;
    lost_make(&lost);
    lost_overwrite(&lost, lost.size - 100, 0x5A, 1);
    struct status status = lost_open(&lost, true, &log);
    assert_int_equal(status.code, STATUS_DATA_LOSS);
    assert_non_null(strstr(status.msg, "only an end can be given up"));
    assert_int_equal(lost.told, 0);
    assert_int_equal(stat(lost.segment, &after), 0);
    assert_int_equal(after.st_size, lost.size);
    folder_tool_remove(lost.path);
}

TEST(lost_tail, a_damaged_mark_leaves_it_open_what_was_lost)
{
    struct lost lost;
    struct evlog *log;
    char mark[FOLDER_TOOL_PATH_MAX + 8];
    lost_make(&lost);
    snprintf(mark, sizeof mark, "%s/mark", lost.path);
    assert_int_equal(truncate(mark, 0), 0);
    lost_overwrite(&lost, lost.size - 20, 0x5A, 20);
    assert_code(STATUS_DATA_LOSS, lost_open(&lost, false, &log));
    assert_ok(lost_open(&lost, true, &log));
    assert_true(lost.unknown);
    assert_int_equal(lost_count(log), LOST_RECORDS - 1);
    evlog_close(log);
    folder_tool_remove(lost.path);
}

TEST(lost_tail, a_whole_log_loses_nothing)
{
    struct lost lost;
    struct evlog *log;
    lost_make(&lost);
    assert_ok(lost_open(&lost, true, &log));
    assert_int_equal(lost_count(log), LOST_RECORDS);
    assert_true(lost.told == 0 && !lost.unknown);
    evlog_close(log);
    folder_tool_remove(lost.path);
}
