/* SIGKILL at random moments: what a writer of the local log was told is durable is there
 * afterwards, in order and once, and readers beside it never see anything that vanishes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/evlog/evlog_local.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum {
    CRASH_ROUNDS = 100,
    CRASH_PARTITIONS = 2,
    CRASH_SEGMENT_SIZE = 100000,
    CRASH_UNDER_WAY = 32
};

static struct status crash_open(const char *path, bool read_only, struct evlog **log)
{
    struct evlog_local_options options = { .read_only = read_only,
                                           .segment_size = CRASH_SEGMENT_SIZE };
    return evlog_local_open(path, &options, log);
}

/* Appends a command and its decision in each partition, numbered by the offset that they get. */
static void crash_append(struct evlog *log, uint64_t number)
{
    char value[64];
    snprintf(value, sizeof value, "%llu", (unsigned long long)number);
    struct evlog_item items[2 * CRASH_PARTITIONS];
    for (uint32_t i = 0; i < 2 * CRASH_PARTITIONS; i++) {
        items[i] = (struct evlog_item){ .stream = (enum evlog_stream)(i % 2),
                                        .partition = i / 2,
                                        .key = STR("org"),
                                        .value = str_z(value),
                                        .token = number };
    }
    if (evlog_append(log, items, 2 * CRASH_PARTITIONS).code != STATUS_OK) {
        _exit(2);
    }
}

/* The child: appends until it is killed, and counts what was acknowledged in shared memory. */
static void crash_write(const char *path, _Atomic uint64_t *acknowledged)
{
    struct evlog *log;
    struct evlog_completion completion;
    uint64_t begin, next, done;
    size_t count;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (crash_open(path, false, &log).code != STATUS_OK ||
        evlog_range(log, EVLOG_DECISIONS, 1, &begin, &next).code != STATUS_OK) {
        _exit(1);
    }
    for (done = next;;) {
        while (next - done < CRASH_UNDER_WAY) {
            crash_append(log, next++);
        }
        if (evlog_poll(log, &completion, 1, &count).code != STATUS_OK) {
            _exit(3);
        }
        if (count == 0) {
            evlog_wait(evlog_descriptor(log), 1000000);
        } else if (completion.token == done) {
            *acknowledged = ++done;
        }
    }
}

/* Reads from an offset to what is the end now; each value is its offset. Gives the end. */
static uint64_t crash_check_partition(struct evlog *log, enum evlog_stream stream, uint32_t p,
                                      uint64_t next)
{
    struct evlog_reader *reader;
    struct evlog_record records[64];
    size_t count;
    uint64_t begin, end;
    assert_ok(evlog_range(log, stream, p, &begin, &end));
    assert_ok(evlog_reader_open(log, stream, &reader));
    assert_ok(evlog_reader_seek(reader, p, next));
    while (next < end) {
        assert_ok(evlog_reader_read(reader, records, 64, &count));
        for (size_t i = 0; i < count; i++) {
            char value[32] = { 0 };
            memcpy(value, records[i].value.data, records[i].value.size);
            if (strtoull(value, NULL, 10) != next || records[i].offset != next++) {
                fail_msg("expected the records in order, but there is '%s'", value);
            }
        }
    }
    evlog_reader_close(reader);
    assert_true(next == end || log->exclusive == false);
    return next;
}

/* Gives the number of appends in the log, all of which must be whole; reads those from `from` on.
 * Beside a writer only one partition is asked, since the others move on meanwhile. */
static uint64_t crash_check(const char *path, bool beside, uint64_t from)
{
    struct evlog *log;
    assert_ok(crash_open(path, beside, &log));
    uint64_t end = crash_check_partition(log, EVLOG_COMMANDS, 0, from);
    for (uint32_t p = 0; p < CRASH_PARTITIONS && !beside; p++) {
        assert_int_equal(crash_check_partition(log, EVLOG_COMMANDS, p, from), end);
        assert_int_equal(crash_check_partition(log, EVLOG_DECISIONS, p, from), end);
    }
    evlog_close(log);
    return end;
}

/* Lets a child write for a while, then kills it. Gives the log's end. */
static uint64_t crash_round(const char *path, unsigned life_us, uint64_t from,
                            _Atomic uint64_t *acknowledged)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        crash_write(path, acknowledged);
    }
    usleep(life_us);
    uint64_t seen = crash_check(path, true, from);
    kill(child, SIGKILL);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    uint64_t end = crash_check(path, false, from);
    assert_true(end >= seen);
    assert_true(end >= *acknowledged);
    return end;
}

TEST(evlog_local, loses_nothing_acknowledged_when_it_is_killed)
{
    char path[FOLDER_TOOL_PATH_MAX];
    struct evlog_identity identity = log_tool_identity(CRASH_PARTITIONS);
    _Atomic uint64_t *acknowledged =
        mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t end = 0;
    unsigned seed = 1;
    assert_true(acknowledged != MAP_FAILED);
    folder_tool_make(path);
    assert_ok(evlog_local_create(path, &identity));
    for (int round = 0; round < CRASH_ROUNDS; round++) {
        end = crash_round(path, (unsigned)rand_r(&seed) % 20000, end, acknowledged);
    }
    assert_true(*acknowledged > CRASH_ROUNDS);
    assert_int_equal(crash_check(path, false, 0), end);
    munmap((void *)(uintptr_t)acknowledged, sizeof *acknowledged);
    folder_tool_remove(path);
}
