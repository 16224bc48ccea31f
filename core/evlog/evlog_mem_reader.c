/* Readers of the log in memory. */
#include <unistd.h>

#include "core/base/memory.h"
#include "core/evlog/evlog_mem_impl.h"

static struct status evlog_mem_reader_seek(struct evlog_reader *port, uint32_t partition,
                                           uint64_t offset)
{
    struct evlog_mem_reader *reader = (struct evlog_mem_reader *)port;
    assert(partition < reader->partitions_count);
    evlog_mem_lock(reader->mem);
    struct status st = evlog_mem_call(reader->mem);
    if (st.code == STATUS_OK) {
        reader->follows[partition] = (struct evlog_mem_follow){ true, offset };
        evlog_mem_ring(reader->descriptor);
    }
    evlog_mem_unlock(reader->mem);
    return st;
}

static void evlog_mem_reader_leave(struct evlog_reader *port, uint32_t partition)
{
    struct evlog_mem_reader *reader = (struct evlog_mem_reader *)port;
    assert(partition < reader->partitions_count);
    reader->follows[partition].followed = false;
}

static uint64_t evlog_mem_reader_position(const struct evlog_reader *port, uint32_t partition)
{
    const struct evlog_mem_reader *reader = (const struct evlog_mem_reader *)port;
    assert(partition < reader->partitions_count);
    return reader->follows[partition].position;
}

static uint64_t evlog_mem_reader_end(const struct evlog_reader *port, uint32_t partition)
{
    const struct evlog_mem_reader *reader = (const struct evlog_mem_reader *)port;
    evlog_mem_lock(reader->mem);
    uint64_t end = reader->mem->partitions[reader->stream][partition].end;
    evlog_mem_unlock(reader->mem);
    return end;
}

static int evlog_mem_reader_descriptor(struct evlog_reader *port)
{
    return ((struct evlog_mem_reader *)port)->descriptor;
}

static struct status evlog_mem_reader_check(const struct evlog_mem_partition *partition,
                                            uint32_t number, uint64_t position)
{
    if (position < partition->begin || position > partition->end) {
        return status_error(STATUS_OUT_OF_RANGE,
                            "expected an offset of partition %u from %llu to %llu, but it is %llu",
                            number, (unsigned long long)partition->begin,
                            (unsigned long long)partition->end, (unsigned long long)position);
    }
    if (position < partition->end && partition->entries[position]->damaged) {
        return status_error(STATUS_DATA_LOSS,
                            "expected a whole record at offset %llu of partition %u",
                            (unsigned long long)position, number);
    }
    return status_ok();
}

/* Gives what one partition has. */
static struct status evlog_mem_reader_take(struct evlog_mem_reader *reader, uint32_t number,
                                           struct evlog_record *out, size_t out_max,
                                           size_t *out_count)
{
    const struct evlog_mem_partition *partition = &reader->mem->partitions[reader->stream][number];
    struct evlog_mem_follow *follow = &reader->follows[number];
    TRY(evlog_mem_reader_check(partition, number, follow->position));
    assert(follow->followed);
    while (*out_count < out_max && follow->position < partition->end &&
           !partition->entries[follow->position]->damaged) {
        const struct evlog_mem_entry *entry = partition->entries[follow->position];
        out[(*out_count)++] = (struct evlog_record){
            .partition = number,
            .offset = follow->position++,
            .time_us = entry->time_us,
            .key = str_make(entry->bytes, entry->key_size),
            .value = str_make(entry->bytes + entry->key_size, entry->value_size),
            .headers = entry->headers,
            .headers_count = entry->headers_count,
        };
    }
    return status_ok();
}

static struct status evlog_mem_reader_fill(struct evlog_mem_reader *reader,
                                           struct evlog_record *out, size_t out_max,
                                           size_t *out_count)
{
    uint32_t partitions_count = reader->partitions_count;
    for (uint32_t i = 0; i < partitions_count && *out_count < out_max; i++) {
        uint32_t number = (reader->turn + i) % partitions_count;
        if (!reader->follows[number].followed) {
            continue;
        }
        struct status st = evlog_mem_reader_take(reader, number, out, out_max, out_count);
        if (st.code != STATUS_OK && *out_count == 0) {
            out[0] = (struct evlog_record){ .partition = number };
            return st;
        }
    }
    reader->turn = (reader->turn + 1) % partitions_count;
    return status_ok();
}

static struct status evlog_mem_reader_read(struct evlog_reader *port, struct evlog_record *out,
                                           size_t out_max, size_t *out_count)
{
    struct evlog_mem_reader *reader = (struct evlog_mem_reader *)port;
    evlog_mem_lock(reader->mem);
    struct status st = evlog_mem_call(reader->mem);
    if (st.code == STATUS_OK) {
        st = evlog_mem_reader_fill(reader, out, out_max, out_count);
    }
    if (st.code == STATUS_OK && *out_count == 0) {
        evlog_mem_silence(reader->descriptor);
    }
    evlog_mem_unlock(reader->mem);
    return st;
}

static void evlog_mem_reader_close(struct evlog_reader *port)
{
    struct evlog_mem_reader *reader = (struct evlog_mem_reader *)port;
    evlog_mem_lock(reader->mem);
    struct evlog_mem_reader **link = &reader->mem->readers;
    while (*link != reader) {
        assert(*link != NULL);
        link = &(*link)->next;
    }
    *link = reader->next;
    evlog_mem_unlock(reader->mem);
    close(reader->descriptor);
    mem_free(reader->follows);
    mem_free(reader);
}

static const struct evlog_reader_ops evlog_mem_reader_ops = {
    .seek = evlog_mem_reader_seek,
    .leave = evlog_mem_reader_leave,
    .read = evlog_mem_reader_read,
    .position = evlog_mem_reader_position,
    .end = evlog_mem_reader_end,
    .descriptor = evlog_mem_reader_descriptor,
    .close = evlog_mem_reader_close,
};

struct status evlog_mem_reader_open(struct evlog *log, enum evlog_stream stream,
                                    struct evlog_reader **out)
{
    struct evlog_mem *mem = ((struct evlog_mem_handle *)log)->mem;
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    if (st.code == STATUS_OK) {
        struct evlog_mem_reader *reader = mem_zalloc(1, sizeof *reader);
        reader->reader.ops = &evlog_mem_reader_ops;
        reader->mem = mem;
        reader->stream = stream;
        reader->partitions_count = evlog_partitions_count(log, stream);
        reader->descriptor = evlog_mem_bell();
        reader->follows = mem_zalloc(reader->partitions_count, sizeof *reader->follows);
        reader->next = mem->readers;
        mem->readers = reader;
        *out = &reader->reader;
    }
    evlog_mem_unlock(mem);
    return st;
}
