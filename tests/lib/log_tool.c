#include "tests/lib/log_tool.h"

#include <stdio.h>

#include "tests/lib/test.h"

static const int64_t LOG_TOOL_WAIT_US = 20 * 1000000;

struct evlog_identity log_tool_identity(uint32_t partitions_count)
{
    struct evlog_identity identity = { .partitions_count = partitions_count };
    memset(identity.history_id.bytes, 'h', EVLOG_ID_SIZE);
    memset(identity.log_id.bytes, 'l', EVLOG_ID_SIZE);
    memset(identity.commands_log_id.bytes, 'c', EVLOG_ID_SIZE);
    return identity;
}

struct evlog_completion log_tool_complete(struct evlog *log)
{
    struct evlog_completion completion;
    size_t count;
    do {
        assert_ok(evlog_poll(log, &completion, 1, &count));
        if (count == 0 && !evlog_wait(evlog_descriptor(log), LOG_TOOL_WAIT_US)) {
            fail_msg("expected a completion within 20 s");
        }
    } while (count == 0);
    return completion;
}

uint64_t log_tool_append(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                         const char *value)
{
    struct evlog_item item = {
        .stream = stream, .partition = partition, .key = STR("org"), .value = str_z(value)
    };
    assert_ok(evlog_append(log, &item, 1));
    return log_tool_complete(log).offset;
}

void log_tool_next(struct evlog_reader *reader, struct evlog_record *record)
{
    size_t count = 0;
    while (count == 0) {
        assert_ok(evlog_reader_read(reader, record, 1, &count));
        if (count == 0 && !evlog_wait(evlog_reader_descriptor(reader), LOG_TOOL_WAIT_US)) {
            fail_msg("expected a record within 20 s");
        }
    }
}

/* Adds one record's value and a line's end. */
static void log_tool_add(const struct evlog_record *record, char *out, size_t out_size)
{
    size_t used = strlen(out);
    assert_true(used + record->value.size + 2 <= out_size);
    snprintf(out + used, out_size - used, "%.*s\n", STR_ARG(record->value));
}

void log_tool_read(struct evlog *log, enum evlog_stream stream, uint32_t partition, uint64_t offset,
                   size_t count, char *out, size_t out_size)
{
    struct evlog_reader *reader;
    struct evlog_record records[16];
    out[0] = '\0';
    assert_ok(evlog_reader_open(log, stream, &reader));
    assert_ok(evlog_reader_seek(reader, partition, offset));
    while (count > 0) {
        size_t got;
        assert_ok(evlog_reader_read(reader, records, count < 16 ? count : 16, &got));
        for (size_t i = 0; i < got; i++) {
            assert_int_equal(records[i].partition, partition);
            log_tool_add(&records[i], out, out_size);
        }
        count -= got;
        if (got == 0 && !evlog_wait(evlog_reader_descriptor(reader), LOG_TOOL_WAIT_US)) {
            fail_msg("expected %zu more records within 20 s", count);
        }
    }
    evlog_reader_close(reader);
}
