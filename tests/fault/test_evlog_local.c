/* The local log when its files are damaged and its system calls fail. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evlog/evlog_local.h"
#include "core/evlog/folder.h"
#include "core/evlog/frame.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { LOCAL_PARTITIONS = 3, LOCAL_SEGMENT_SIZE = 3000, LOCAL_APPENDS = 60 };

static struct status local_open(const char *path, bool read_only, const struct folder_io *io,
                                struct evlog **log)
{
    struct evlog_local_options options = { .read_only = read_only,
                                           .segment_size = LOCAL_SEGMENT_SIZE,
                                           .io = io };
    return evlog_local_open(path, &options, log);
}

/* The n-th append: a command and its decision. */
static struct status local_append(struct evlog *log, int n)
{
    char value[32];
    snprintf(value, sizeof value, "answer %d", n);
    uint32_t partition = (uint32_t)n % LOCAL_PARTITIONS;
    struct evlog_item items[2] = {
        { .stream = EVLOG_COMMANDS, .partition = partition, .value = STR("ask") },
        { .stream = EVLOG_DECISIONS, .partition = partition, .value = str_z(value) },
    };
    return evlog_append(log, items, 2);
}

/* A closed log of some segments. */
static void local_make(char path[FOLDER_TOOL_PATH_MAX])
{
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(LOCAL_PARTITIONS);
    folder_tool_make(path);
    assert_ok(evlog_local_create(path, &identity));
    assert_ok(local_open(path, false, NULL, &log));
    for (int n = 0; n < LOCAL_APPENDS; n++) {
        assert_ok(local_append(log, n));
        log_tool_complete(log);
        log_tool_complete(log);
    }
    evlog_close(log);
}

/* What reading the whole log came to. */
struct local_outcome {
    struct status st;
    bool opened;
    enum evlog_stream stream; /* of the first bad record */
    struct evlog_record bad;
    size_t count; /* records given */
};

static void local_read_stream(struct evlog *log, enum evlog_stream stream,
                              struct local_outcome *outcome)
{
    struct evlog_reader *reader;
    struct evlog_record records[8];
    size_t count = 1;
    outcome->st = evlog_reader_open(log, stream, &reader);
    for (uint32_t p = 0; outcome->st.code == STATUS_OK && p < LOCAL_PARTITIONS; p++) {
        outcome->st = evlog_reader_seek(reader, p, 0);
    }
    while (outcome->st.code == STATUS_OK && count > 0) {
        outcome->st = evlog_reader_read(reader, records, 8, &count);
        outcome->count += count;
    }
    outcome->stream = stream;
    outcome->bad = records[0];
    evlog_reader_close(reader);
}

static struct local_outcome local_read(const char *path)
{
    struct local_outcome outcome = { 0 };
    struct evlog *log;
    outcome.st = local_open(path, true, NULL, &log);
    if (outcome.st.code != STATUS_OK) {
        return outcome;
    }
    outcome.opened = true;
    local_read_stream(log, EVLOG_COMMANDS, &outcome);
    if (outcome.st.code == STATUS_OK) {
        local_read_stream(log, EVLOG_DECISIONS, &outcome);
    }
    evlog_close(log);
    return outcome;
}

static void local_flip(int file, uint64_t at)
{
    unsigned char byte;
    assert_int_equal(pread(file, &byte, 1, (off_t)at), 1);
    byte ^= (unsigned char)(1 << at % 8);
    assert_int_equal(pwrite(file, &byte, 1, (off_t)at), 1);
}

/* Flips each byte of one segment; each must be found, and where it lies in a record, named. */
static void local_flip_segment(const char *path, const struct folder *folder, size_t index)
{
    int file;
    char bytes[LOCAL_SEGMENT_SIZE * 2];
    assert_ok(folder_segment_open(folder, index, true, &file));
    size_t size = (size_t)pread(file, bytes, sizeof bytes, 0);
    struct frame frame = { .size = folder_header_size(folder) };
    uint64_t frame_end = frame.size;
    bool in_record = false;
    for (uint64_t at = 0; at < size; at++) {
        if (at == frame_end) {
            enum frame_state state =
                frame_decode(str_make(bytes + at, size - at), folder->segments[index].base + at,
                             LOCAL_PARTITIONS, &frame);
            assert_int_equal(state, FRAME_WHOLE);
            frame_end = at + frame.size;
            in_record = true;
        }
        local_flip(file, at);
        struct local_outcome outcome = local_read(path);
        local_flip(file, at);
        assert_int_equal(outcome.st.code, STATUS_DATA_LOSS);
        assert_int_equal(outcome.opened, in_record);
        if (in_record) {
            assert_int_equal(outcome.stream, frame.stream);
            assert_int_equal(outcome.bad.partition, frame.partition);
            assert_int_equal(outcome.bad.offset, frame.offset);
        }
    }
    close(file);
}

TEST(evlog_local, every_flipped_byte_of_a_segment_is_found_and_named)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct folder folder;
    local_make(path);
    assert_ok(folder_open(path, &folder_io_system, &folder));
    assert_in_range(folder.segments_count, 3, 9);
    for (size_t i = 0; i < folder.segments_count; i++) {
        local_flip_segment(path, &folder, i);
    }
    assert_ok(local_read(path).st);
    folder_release(&folder);
    folder_tool_remove(path);
}

TEST(evlog_local, a_flipped_byte_of_the_mark_loses_nothing)
{
    char path[FOLDER_TOOL_PATH_MAX], mark[FOLDER_TOOL_PATH_MAX + 8];
    local_make(path);
    snprintf(mark, sizeof mark, "%s/mark", path);
    struct stat stat_of_mark;
    assert_int_equal(stat(mark, &stat_of_mark), 0);
    int file = open(mark, O_RDWR);
    for (uint64_t at = 0; at < (uint64_t)stat_of_mark.st_size; at++) {
        local_flip(file, at);
        struct local_outcome outcome = local_read(path);
        local_flip(file, at);
        assert_ok(outcome.st);
        assert_int_equal(outcome.count, 2 * LOCAL_APPENDS);
    }
    close(file);
    folder_tool_remove(path);
}

TEST(evlog_local, reading_goes_on_behind_a_damaged_record)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct folder folder;
    struct evlog *log;
    struct evlog_reader *reader;
    struct evlog_record record;
    int file;
    size_t count;
    local_make(path);
    assert_ok(folder_open(path, &folder_io_system, &folder));
    assert_ok(folder_segment_open(&folder, 0, true, &file));
    local_flip(file, folder_header_size(&folder) + 5); /* the header of command 0 of partition 0 */
    assert_ok(local_open(path, true, NULL, &log));
    assert_ok(evlog_reader_open(log, EVLOG_COMMANDS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, 0));
    assert_code(STATUS_DATA_LOSS, evlog_reader_read(reader, &record, 1, &count));
    assert_code(STATUS_DATA_LOSS, evlog_reader_read(reader, &record, 1, &count));
    assert_int_equal(record.offset, 0);
    assert_ok(evlog_reader_seek(reader, 0, 1));
    assert_ok(evlog_reader_read(reader, &record, 1, &count));
    assert_int_equal(record.offset, 1);
    evlog_reader_close(reader);
    evlog_close(log);
    folder_release(&folder);
    close(file);
    folder_tool_remove(path);
}

/* Removes a segment's file. */
static void local_unlink(const char *path, const struct folder *folder, size_t index)
{
    char name[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(name, sizeof name, "%s/%016" PRIx64 ".log", path, folder->segments[index].base);
    assert_int_equal(unlink(name), 0);
}

TEST(evlog_local, a_missing_segment_is_noticed)
{
    for (size_t index = 0; index < 3; index++) {
        char path[FOLDER_TOOL_PATH_MAX];
        struct folder folder;
        local_make(path);
        assert_ok(folder_open(path, &folder_io_system, &folder));
        size_t which = index < 2 ? index : folder.segments_count - 1;
        local_unlink(path, &folder, which);
        struct local_outcome outcome = local_read(path);
        assert_int_equal(outcome.st.code, STATUS_DATA_LOSS);
        assert_int_equal(outcome.opened, which + 1 < folder.segments_count);
        if (outcome.opened) {
            uint64_t start = folder.segments[which].starts[outcome.bad.partition];
            assert_int_equal(outcome.bad.offset, start);
        }
        folder_release(&folder);
        folder_tool_remove(path);
    }
}

/* Sets the size of the last segment to `size` bytes less. */
static uint64_t local_cut(const char *path, uint64_t less)
{
    struct folder folder;
    int file;
    struct stat stat;
    assert_ok(folder_open(path, &folder_io_system, &folder));
    assert_ok(folder_segment_open(&folder, folder.segments_count - 1, true, &file));
    assert_int_equal(fstat(file, &stat), 0);
    assert_int_equal(ftruncate(file, stat.st_size - (off_t)less), 0);
    close(file);
    folder_release(&folder);
    return (uint64_t)stat.st_size;
}

static void local_remove_mark(const char *path)
{
    char mark[FOLDER_TOOL_PATH_MAX + 8];
    snprintf(mark, sizeof mark, "%s/mark", path);
    int file = open(mark, O_WRONLY | O_TRUNC);
    assert_true(file >= 0);
    close(file);
}

TEST(evlog_local, an_acknowledged_end_that_is_missing_is_data_loss)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    local_make(path);
    local_cut(path, 8);
    assert_code(STATUS_DATA_LOSS, local_open(path, false, NULL, &log));
    assert_code(STATUS_DATA_LOSS, local_open(path, true, NULL, &log));
    folder_tool_remove(path);
}

TEST(evlog_local, a_torn_append_behind_the_mark_is_cut_whole)
{
    /* The last append has two frames of 48 and 56 bytes: wherever it is torn, both go. */
    for (uint64_t less = 1; less < 104; less++) {
        char path[FOLDER_TOOL_PATH_MAX];
        struct evlog *log;
        uint64_t begin, end;
        local_make(path);
        local_remove_mark(path);
        local_cut(path, less);
        assert_ok(local_open(path, false, NULL, &log));
        uint32_t last = (LOCAL_APPENDS - 1) % LOCAL_PARTITIONS;
        assert_ok(evlog_range(log, EVLOG_COMMANDS, last, &begin, &end));
        assert_int_equal(end, LOCAL_APPENDS / LOCAL_PARTITIONS - 1);
        assert_ok(local_append(log, LOCAL_APPENDS - 1));
        assert_int_equal(log_tool_complete(log).offset, end);
        log_tool_complete(log);
        evlog_close(log);
        assert_int_equal(local_read(path).count, 2 * LOCAL_APPENDS);
        folder_tool_remove(path);
    }
}

TEST(evlog_local, blocks_that_were_never_written_are_cut)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    local_make(path);
    local_cut(path, 0);
    char name[FOLDER_TOOL_PATH_MAX + 32];
    struct folder folder;
    assert_ok(folder_open(path, &folder_io_system, &folder));
    snprintf(name, sizeof name, "%s/%016" PRIx64 ".log", path,
             folder.segments[folder.segments_count - 1].base);
    folder_release(&folder);
    struct stat stat_of_log;
    assert_int_equal(stat(name, &stat_of_log), 0);
    assert_int_equal(truncate(name, stat_of_log.st_size + 5000), 0);
    assert_ok(local_open(path, false, NULL, &log));
    evlog_close(log);
    struct local_outcome outcome = local_read(path);
    assert_ok(outcome.st);
    assert_int_equal(outcome.count, 2 * LOCAL_APPENDS);
    folder_tool_remove(path);
}

TEST(evlog_local, a_flip_in_the_last_append_is_not_taken_for_a_torn_one)
{
    for (uint64_t back = 1; back <= 104; back++) {
        char path[FOLDER_TOOL_PATH_MAX];
        struct folder folder;
        struct evlog *log;
        int file;
        local_make(path);
        local_remove_mark(path);
        uint64_t size = local_cut(path, 0);
        assert_ok(folder_open(path, &folder_io_system, &folder));
        assert_ok(folder_segment_open(&folder, folder.segments_count - 1, true, &file));
        local_flip(file, size - back);
        assert_code(STATUS_DATA_LOSS, local_open(path, false, NULL, &log));
        close(file);
        folder_release(&folder);
        folder_tool_remove(path);
    }
}

/* A system whose n-th write or sync fails: not at all, or half. */
struct local_io {
    struct folder_io io; /* first */
    long countdown;
    bool half;
    bool failed;
};

static bool local_io_fails(const struct folder_io *io)
{
    struct local_io *local = (struct local_io *)(uintptr_t)io;
    if (local->failed || local->countdown-- > 0) {
        return false;
    }
    local->failed = true;
    errno = ENOSPC;
    return true;
}

static ssize_t local_io_write(const struct folder_io *io, int file, const char *bytes, size_t size,
                              uint64_t at)
{
    bool fails = local_io_fails(io);
    if (fails && ((const struct local_io *)io)->half) {
        pwrite(file, bytes, size / 2, (off_t)at);
        errno = EIO;
    }
    return fails ? -1 : pwrite(file, bytes, size, (off_t)at);
}

static int local_io_sync(const struct folder_io *io, int file)
{
    return local_io_fails(io) ? -1 : fdatasync(file);
}

/* Appends up to 30 pairs; gives how many were acknowledged before the log broke. */
static int local_append_until_broken(struct evlog *log)
{
    struct evlog_completion completion;
    int acknowledged = 0;
    for (int n = 0; n < 30; n++) {
        if (local_append(log, n).code != STATUS_OK) {
            break;
        }
        for (int i = 0; i < 2; i++) {
            completion = log_tool_complete(log);
        }
        if (completion.offset == EVLOG_OFFSET_UNKNOWN) {
            size_t count;
            assert_code(STATUS_UNAVAILABLE, local_append(log, n));
            assert_code(STATUS_UNAVAILABLE, evlog_poll(log, &completion, 1, &count));
            break;
        }
        acknowledged++;
    }
    return acknowledged;
}

/* One round with the n-th call failing; true when it was not reached. */
static bool local_fault_round(long n, bool half)
{
    struct local_io io = { { local_io_write, local_io_sync }, n, half, false };
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(LOCAL_PARTITIONS);
    int acknowledged = 0;
    folder_tool_make(path);
    assert_ok(evlog_local_create(path, &identity));
    struct status st = local_open(path, false, &io.io, &log);
    if (st.code == STATUS_OK) {
        acknowledged = local_append_until_broken(log);
        evlog_close(log);
    } else {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
    }
    assert_ok(local_open(path, false, NULL, &log));
    evlog_close(log);
    struct local_outcome outcome = local_read(path);
    assert_ok(outcome.st);
    assert_true(outcome.count == 2 * (size_t)acknowledged ||
                outcome.count == 2 * (size_t)acknowledged + 2);
    folder_tool_remove(path);
    return !io.failed;
}

TEST(evlog_local, nothing_acknowledged_is_lost_whichever_call_fails)
{
    for (int half = 0; half < 2; half++) {
        long n = 0;
        while (!local_fault_round(n, half == 1)) {
            n++;
        }
        assert_in_range(n, 90, 120); /* three calls an append, more for a new segment */
    }
}

TEST(evlog_local, a_full_disk_is_unavailable_and_recovers)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct rlimit limit;
    struct evlog_identity identity = log_tool_identity(LOCAL_PARTITIONS);
    folder_tool_make(path);
    assert_ok(evlog_local_create(path, &identity));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = { 1000, limit.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_ok(local_open(path, false, NULL, &log));
    int acknowledged = local_append_until_broken(log);
    assert_in_range(acknowledged, 1, 9);
    evlog_close(log);
    assert_ok(local_open(path, false, NULL, &log));
    assert_int_equal(local_append_until_broken(log), 0);
    evlog_close(log);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_ok(local_open(path, false, NULL, &log));
    assert_int_equal(local_append_until_broken(log), 30);
    evlog_close(log);
    assert_int_equal(local_read(path).count, 2 * ((size_t)acknowledged + 30));
    folder_tool_remove(path);
}

TEST(evlog_local, another_number_of_partitions_is_refused)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_local_options options = { .partitions_count = 16 };
    local_make(path);
    struct status st = evlog_local_open(path, &options, &log);
    assert_int_equal(st.code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(st.msg, "expected a log of 16 partitions"));
    assert_non_null(strstr(st.msg, "made with 3"));
    folder_tool_remove(path);
}

TEST(evlog_local, a_second_writer_learns_who_holds_the_log)
{
    char path[FOLDER_TOOL_PATH_MAX], name[32];
    struct evlog *log, *second;
    local_make(path);
    assert_ok(local_open(path, false, NULL, &log));
    struct status st = local_open(path, false, NULL, &second);
    assert_int_equal(st.code, STATUS_FAILED_PRECONDITION);
    snprintf(name, sizeof name, "process %ld", (long)getpid());
    assert_non_null(strstr(st.msg, name));
    evlog_close(log);
    folder_tool_remove(path);
}

TEST(evlog_local, is_made_once_and_found_where_it_is)
{
    char path[FOLDER_TOOL_PATH_MAX], other[FOLDER_TOOL_PATH_MAX];
    struct evlog *log;
    struct evlog_identity identity = log_tool_identity(LOCAL_PARTITIONS);
    local_make(path);
    folder_tool_make(other);
    assert_code(STATUS_ALREADY_EXISTS, evlog_local_create(path, &identity));
    assert_code(STATUS_NOT_FOUND, local_open(other, false, NULL, &log));
    folder_tool_remove(other);
    assert_code(STATUS_NOT_FOUND, local_open(other, false, NULL, &log));
    folder_tool_remove(path);
}
