/* The port's calls: what every backend may rely on is checked here once. */
#include "core/evlog/evlog.h"

#include <poll.h>

#include "core/evlog/record.h"

enum { EVLOG_PATIENCE_US = 30 * 1000000 };

uint32_t evlog_partitions_count(const struct evlog *log, enum evlog_stream stream)
{
    return stream == EVLOG_STATUS ? 1 : log->identity.partitions_count;
}

static struct status evlog_check_stream(const struct evlog *log, enum evlog_stream stream)
{
    assert(stream <= EVLOG_STATUS);
    if (!evlog_stream_is_kept(stream) && !log->all_streams) {
        return status_error(STATUS_UNIMPLEMENTED, "expected a shared log: the embedded one has "
                                                  "commands and decisions only");
    }
    return status_ok();
}

static struct status evlog_check_headers(const struct evlog_item *item)
{
    size_t size = 0;
    assert(item->headers_count == 0 || !evlog_stream_is_kept(item->stream));
    for (size_t i = 0; i < item->headers_count; i++) {
        size += item->headers[i].name.size + item->headers[i].value.size;
    }
    if (item->headers_count > EVLOG_HEADERS_MAX || size > EVLOG_HEADERS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d headers of %d bytes, but there are %zu of %zu",
                            EVLOG_HEADERS_MAX, EVLOG_HEADERS_SIZE_MAX, item->headers_count, size);
    }
    return status_ok();
}

static struct status evlog_check_item(const struct evlog *log, const struct evlog_item *item)
{
    assert(item->partition < evlog_partitions_count(log, item->stream));
    TRY(evlog_check_stream(log, item->stream));
    TRY(evlog_check_headers(item));
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
    struct status st = log->ops->poll(log, out, out_max, out_count);
    assert(*out_count <= out_max);
    return st;
}

struct status evlog_range(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                          uint64_t *begin, uint64_t *end)
{
    assert(partition < evlog_partitions_count(log, stream));
    *begin = 0;
    *end = 0;
    TRY(evlog_check_stream(log, stream));
    return log->ops->range(log, stream, partition, begin, end);
}

struct status evlog_reader_open(struct evlog *log, enum evlog_stream stream,
                                struct evlog_reader **reader)
{
    *reader = NULL;
    TRY(evlog_check_stream(log, stream));
    return log->ops->reader_open(log, stream, reader);
}

struct status evlog_finish(struct evlog *log)
{
    TRY(log->ops->finish(log));
    log->draft = false;
    return status_ok();
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
    struct status st = reader->ops->read(reader, out, out_max, out_count);
    assert(*out_count <= out_max);
    assert(st.code == STATUS_OK || *out_count == 0);
    return st;
}

struct status evlog_reader_read_to(struct evlog_reader *reader, uint32_t partition, uint64_t end,
                                   struct evlog_record *out, size_t out_max, size_t *out_count)
{
    assert(out_max > 0);
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

uint64_t evlog_reader_end(const struct evlog_reader *reader, uint32_t partition)
{
    uint64_t position = reader->ops->position(reader, partition);
    uint64_t end = reader->ops->end(reader, partition);
    return end > position ? end : position;
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
