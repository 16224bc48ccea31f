/* The port's calls: what every backend may rely on is checked here once. */
#include "core/evlog/evlog.h"

#include <poll.h>

#include "core/evlog/record.h"

enum { EVLOG_PATIENCE_US = 30 * 1000000 };

static struct status evlog_check_item(const struct evlog *log, const struct evlog_item *item)
{
    assert(item->stream == EVLOG_COMMANDS || item->stream == EVLOG_DECISIONS);
    assert(item->partition < log->identity.partitions_count);
    if (item->key.size > ID_SIZE_MAX || item->value.size > RECORD_VALUE_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a key of at most %d bytes and a value of at most %d, but "
                            "they have %zu and %zu",
                            ID_SIZE_MAX, RECORD_VALUE_SIZE_MAX, item->key.size, item->value.size);
    }
    return status_ok();
}

struct status evlog_append(struct evlog *log, const struct evlog_item *items, size_t items_count)
{
    assert(items_count > 0);
    for (size_t i = 0; i < items_count; i++) {
        TRY(evlog_check_item(log, &items[i]));
    }
    return log->ops->append(log, items, items_count);
}

struct status evlog_poll(struct evlog *log, struct evlog_completion *out, size_t out_max,
                         size_t *out_count)
{
    assert(out_max > 0);
    *out_count = 0;
    return log->ops->poll(log, out, out_max, out_count);
}

struct status evlog_range(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                          uint64_t *begin, uint64_t *end)
{
    assert(partition < log->identity.partitions_count);
    *begin = 0;
    *end = 0;
    return log->ops->range(log, stream, partition, begin, end);
}

struct status evlog_reader_open(struct evlog *log, enum evlog_stream stream,
                                struct evlog_reader **reader)
{
    *reader = NULL;
    return log->ops->reader_open(log, stream, reader);
}

int evlog_descriptor(const struct evlog *log)
{
    return log->ops->descriptor(log);
}

void evlog_close(struct evlog *log)
{
    if (log != NULL) {
        log->ops->close(log);
    }
}

struct status evlog_reader_seek(struct evlog_reader *reader, uint32_t partition, uint64_t offset)
{
    return reader->ops->seek(reader, partition, offset);
}

void evlog_reader_leave(struct evlog_reader *reader, uint32_t partition)
{
    reader->ops->leave(reader, partition);
}

struct status evlog_reader_read(struct evlog_reader *reader, struct evlog_record *out,
                                size_t out_max, size_t *out_count)
{
    assert(out_max > 0);
    *out_count = 0;
    return reader->ops->read(reader, out, out_max, out_count);
}

struct status evlog_reader_read_to(struct evlog_reader *reader, uint32_t partition, uint64_t end,
                                   struct evlog_record *out, size_t out_max, size_t *out_count)
{
    *out_count = 0;
    while (evlog_reader_position(reader, partition) < end) {
        TRY(evlog_reader_read(reader, out, out_max, out_count));
        if (*out_count > 0) {
            return status_ok();
        }
        bool moved = evlog_reader_position(reader, partition) >= end; /* over a gap */
        if (!moved && !evlog_wait(evlog_reader_descriptor(reader), EVLOG_PATIENCE_US)) {
            return status_error(STATUS_UNAVAILABLE,
                                "expected the log to give a record within 30 s");
        }
    }
    return status_ok();
}

uint64_t evlog_reader_position(const struct evlog_reader *reader, uint32_t partition)
{
    return reader->ops->position(reader, partition);
}

int evlog_reader_descriptor(struct evlog_reader *reader)
{
    return reader->ops->descriptor(reader);
}

void evlog_reader_close(struct evlog_reader *reader)
{
    if (reader != NULL) {
        reader->ops->close(reader);
    }
}

bool evlog_wait(int descriptor, int64_t timeout_us)
{
    struct pollfd fd = { .fd = descriptor, .events = POLLIN };
    struct timespec timeout = { timeout_us / 1000000, timeout_us % 1000000 * 1000 };
    return ppoll(&fd, 1, &timeout, NULL) > 0;
}
