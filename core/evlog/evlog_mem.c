/* The log in memory.
 *
 * One lock guards everything; handles and readers are small and hang on the shared log. A unit that
 * is held lives in the shared log, not in its handle, since a record can arrive after the process
 * that sent it is gone. The bytes of a record stay where they are until evlog_mem_free, whatever
 * happens to it, so readers lend them without copying. */
#include "core/evlog/evlog_mem_impl.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/evlog/record.h"

static const struct evlog_ops evlog_mem_ops;

void evlog_mem_lock(struct evlog_mem *mem)
{
    int failed = pthread_mutex_lock(&mem->lock);
    assert(failed == 0);
}

void evlog_mem_unlock(struct evlog_mem *mem)
{
    int failed = pthread_mutex_unlock(&mem->lock);
    assert(failed == 0);
}

int evlog_mem_bell(void)
{
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(descriptor >= 0);
    return descriptor;
}

void evlog_mem_ring(int descriptor)
{
    ssize_t written = eventfd_write(descriptor, 1);
    assert(written == 0);
}

void evlog_mem_silence(int descriptor)
{
    eventfd_t value;
    (void)eventfd_read(descriptor, &value); /* fails when it is silent already */
}

struct status evlog_mem_call(struct evlog_mem *mem)
{
    if (mem->fail_countdown < 0 || mem->fail_countdown-- > 0) {
        return status_ok();
    }
    mem->failed = true;
    return status_error(STATUS_UNAVAILABLE, "expected the log to answer, but the test says no");
}

struct evlog_mem *evlog_mem_new(const struct evlog_identity *identity, enum evlog_mem_kind kind)
{
    assert(identity->partitions_count > 0 && identity->partitions_count <= PARTITIONS_MAX);
    struct evlog_mem *mem = mem_zalloc(1, sizeof *mem);
    mem->identity = *identity;
    mem->kind = kind;
    mem->fail_countdown = -1;
    mem->fate_countdown = -1;
    for (int stream = 0; stream < EVLOG_STREAMS; stream++) {
        mem->partitions[stream] =
            mem_zalloc(identity->partitions_count, sizeof *mem->partitions[stream]);
    }
    int failed = pthread_mutex_init(&mem->lock, NULL);
    assert(failed == 0);
    return mem;
}

struct evlog_mem *evlog_mem_new_draft(const struct evlog_identity *identity,
                                      enum evlog_mem_kind kind)
{
    struct evlog_mem *mem = evlog_mem_new(identity, kind);
    mem->draft = true;
    return mem;
}

static void evlog_mem_unit_free(struct evlog_mem_unit *unit)
{
    mem_free(unit->items);
    mem_free(unit);
}

void evlog_mem_free(struct evlog_mem *mem)
{
    if (mem == NULL) {
        return;
    }
    assert(mem->handles == NULL && mem->readers == NULL);
    for (struct evlog_mem_unit *unit = mem->held, *next; unit != NULL; unit = next) {
        next = unit->next;
        evlog_mem_unit_free(unit);
    }
    for (struct evlog_mem_entry *entry = mem->newest, *older; entry != NULL; entry = older) {
        older = entry->older;
        mem_free(entry);
    }
    for (int stream = 0; stream < EVLOG_STREAMS; stream++) {
        for (uint32_t p = 0; p < mem->identity.partitions_count; p++) {
            mem_free(mem->partitions[stream][p].entries);
        }
        mem_free(mem->partitions[stream]);
    }
    pthread_mutex_destroy(&mem->lock);
    mem_free(mem);
}

static void evlog_mem_ring_readers(struct evlog_mem *mem, enum evlog_stream stream)
{
    for (struct evlog_mem_reader *reader = mem->readers; reader != NULL; reader = reader->next) {
        if (reader->stream == stream) {
            evlog_mem_ring(reader->descriptor);
        }
    }
}

/* Writes one record and gives its offset. */
static uint64_t evlog_mem_write(struct evlog_mem *mem, const struct evlog_mem_item *item)
{
    struct evlog_mem_partition *partition = &mem->partitions[item->stream][item->partition];
    assert(partition->begin <= partition->end && partition->end <= partition->cap);
    assert(item->entry != NULL);
    if (partition->end == partition->cap) {
        partition->cap = partition->cap == 0 ? 64 : partition->cap * 2;
        partition->entries =
            mem_realloc(partition->entries, partition->cap * sizeof *partition->entries);
    }
    item->entry->time_us = mem->now_us;
    partition->entries[partition->end] = item->entry;
    evlog_mem_ring_readers(mem, item->stream);
    return partition->end++;
}

static void evlog_mem_complete(struct evlog_mem_handle *handle, uint64_t token, uint64_t offset)
{
    assert(handle->completions_count < EVLOG_PENDING_MAX);
    handle->completions[handle->completions_count++] = (struct evlog_completion){ token, offset };
    evlog_mem_ring(handle->descriptor);
}

/* All that the handle has under way is unknown from now on, but may still arrive. */
static void evlog_mem_break(struct evlog_mem *mem, struct evlog_mem_handle *handle)
{
    handle->broken = true;
    for (struct evlog_mem_unit *unit = mem->held; unit != NULL; unit = unit->next) {
        if (unit->handle != handle) {
            continue;
        }
        unit->handle = NULL;
        for (size_t i = 0; i < unit->items_count; i++) {
            evlog_mem_complete(handle, unit->items[i].token, EVLOG_OFFSET_UNKNOWN);
        }
    }
    evlog_mem_ring(handle->descriptor);
}

void evlog_mem_settle(struct evlog_mem *mem, struct evlog_mem_unit *unit, enum evlog_mem_fate fate)
{
    assert(fate != EVLOG_MEM_HOLD);
    struct evlog_mem_handle *handle = unit->handle;
    bool known = fate == EVLOG_MEM_WRITE || fate == EVLOG_MEM_WRITE_TWICE;
    for (size_t i = 0; i < unit->items_count; i++) {
        uint64_t offset = EVLOG_OFFSET_UNKNOWN;
        if (fate != EVLOG_MEM_LOSE_UNKNOWN) {
            offset = evlog_mem_write(mem, &unit->items[i]);
        }
        if (handle != NULL) {
            evlog_mem_complete(handle, unit->items[i].token, known ? offset : EVLOG_OFFSET_UNKNOWN);
        }
    }
    for (size_t i = 0; fate == EVLOG_MEM_WRITE_TWICE && i < unit->items_count; i++) {
        evlog_mem_write(mem, &unit->items[i]);
    }
    if (handle != NULL && !known) {
        evlog_mem_break(mem, handle);
    }
    evlog_mem_unit_free(unit);
}

static void evlog_mem_hold(struct evlog_mem *mem, struct evlog_mem_unit *unit)
{
    assert(unit->next == NULL);
    struct evlog_mem_unit **last = &mem->held;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = unit;
}

static struct str evlog_mem_put(char **at, struct str bytes)
{
    struct str put = str_make(*at, bytes.size);
    if (bytes.size > 0) {
        memcpy(*at, bytes.data, bytes.size);
    }
    *at += bytes.size;
    return put;
}

static struct evlog_mem_entry *evlog_mem_entry_new(struct evlog_mem *mem,
                                                   const struct evlog_item *item)
{
    size_t size = item->key.size + item->value.size;
    for (size_t i = 0; i < item->headers_count; i++) {
        size += item->headers[i].name.size + item->headers[i].value.size;
    }
    struct evlog_mem_entry *entry = mem_alloc(sizeof *entry + size);
    *entry = (struct evlog_mem_entry){
        .older = mem->newest,
        .key_size = item->key.size,
        .value_size = item->value.size,
        .headers_count = item->headers_count,
    };
    mem->newest = entry;
    char *at = entry->bytes;
    evlog_mem_put(&at, item->key);
    evlog_mem_put(&at, item->value);
    for (size_t i = 0; i < item->headers_count; i++) {
        entry->headers[i].name = evlog_mem_put(&at, item->headers[i].name);
        entry->headers[i].value = evlog_mem_put(&at, item->headers[i].value);
    }
    assert(at == entry->bytes + size);
    return entry;
}

static enum evlog_mem_fate evlog_mem_next_fate(struct evlog_mem *mem)
{
    if (mem->fate_countdown < 0 || mem->fate_countdown-- > 0) {
        return mem->fate_always;
    }
    return mem->fate_once;
}

static void evlog_mem_send(struct evlog_mem_handle *handle, const struct evlog_item *items,
                           size_t items_count)
{
    struct evlog_mem *mem = handle->mem;
    assert(items_count > 0);
    struct evlog_mem_unit *unit = mem_zalloc(1, sizeof *unit);
    unit->handle = handle->broken ? NULL : handle;
    unit->items = mem_zalloc(items_count, sizeof *unit->items);
    unit->items_count = items_count;
    for (size_t i = 0; i < items_count; i++) {
        unit->items[i] = (struct evlog_mem_item){
            .stream = items[i].stream,
            .partition = items[i].partition,
            .token = items[i].token,
            .entry = evlog_mem_entry_new(mem, &items[i]),
        };
        if (handle->broken) {
            evlog_mem_complete(handle, items[i].token, EVLOG_OFFSET_UNKNOWN);
        }
    }
    enum evlog_mem_fate fate = evlog_mem_next_fate(mem);
    if (fate == EVLOG_MEM_HOLD || handle->broken) {
        evlog_mem_hold(mem, unit);
    } else {
        evlog_mem_settle(mem, unit, fate);
    }
}

static struct status evlog_mem_may_append(const struct evlog_mem_handle *handle, size_t items_count)
{
    if (handle->broken || handle->read_only) {
        return status_error(STATUS_UNAVAILABLE, "expected a handle that may write, but it %s",
                            handle->broken ? "is broken: open a new one" : "is for reading only");
    }
    assert(handle->pending_count <= EVLOG_PENDING_MAX);
    if (items_count > EVLOG_PENDING_MAX - handle->pending_count) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d records under way",
                            EVLOG_PENDING_MAX);
    }
    return status_ok();
}

static struct status evlog_mem_append(struct evlog *log, const struct evlog_item *items,
                                      size_t items_count)
{
    struct evlog_mem_handle *handle = (struct evlog_mem_handle *)log;
    struct evlog_mem *mem = handle->mem;
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    if (st.code == STATUS_OK) {
        st = evlog_mem_may_append(handle, items_count);
    }
    if (st.code == STATUS_OK) {
        handle->pending_count += items_count;
        size_t unit_size = mem->kind == EVLOG_MEM_EXCLUSIVE ? items_count : 1;
        for (size_t i = 0; i < items_count; i += unit_size) {
            evlog_mem_send(handle, items + i, unit_size);
        }
    }
    evlog_mem_unlock(mem);
    return st;
}

static struct status evlog_mem_take(struct evlog_mem_handle *handle, struct evlog_completion *out,
                                    size_t out_max, size_t *out_count)
{
    if (handle->completions_count == 0 && handle->broken) {
        return status_error(STATUS_UNAVAILABLE, "expected the log to take all records, but it is "
                                                "unknown what became of some: open a new handle");
    }
    size_t count = handle->completions_count < out_max ? handle->completions_count : out_max;
    assert(count <= handle->pending_count);
    memcpy(out, handle->completions, count * sizeof *out);
    handle->completions_count -= count;
    handle->pending_count -= count;
    memmove(handle->completions, handle->completions + count,
            handle->completions_count * sizeof *out);
    if (handle->completions_count == 0 && !handle->broken) {
        evlog_mem_silence(handle->descriptor);
    }
    *out_count = count;
    return status_ok();
}

static struct status evlog_mem_poll(struct evlog *log, struct evlog_completion *out, size_t out_max,
                                    size_t *out_count)
{
    struct evlog_mem_handle *handle = (struct evlog_mem_handle *)log;
    struct evlog_mem *mem = handle->mem;
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    if (st.code != STATUS_OK) {
        evlog_mem_break(mem, handle);
    }
    st = evlog_mem_take(handle, out, out_max, out_count);
    evlog_mem_unlock(mem);
    return st;
}

static struct status evlog_mem_range(struct evlog *log, enum evlog_stream stream,
                                     uint32_t partition, uint64_t *begin, uint64_t *end)
{
    struct evlog_mem *mem = ((struct evlog_mem_handle *)log)->mem;
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    if (st.code == STATUS_OK) {
        assert(mem->partitions[stream][partition].begin <= mem->partitions[stream][partition].end);
        *begin = mem->partitions[stream][partition].begin;
        *end = mem->partitions[stream][partition].end;
    }
    evlog_mem_unlock(mem);
    return st;
}

static struct status evlog_mem_finish(struct evlog *log)
{
    struct evlog_mem *mem = ((struct evlog_mem_handle *)log)->mem;
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    if (st.code == STATUS_OK) {
        mem->draft = false;
    }
    evlog_mem_unlock(mem);
    return st;
}

static int evlog_mem_descriptor(const struct evlog *log)
{
    return ((const struct evlog_mem_handle *)log)->descriptor;
}

static bool evlog_mem_has_writer(const struct evlog_mem *mem)
{
    for (const struct evlog_mem_handle *handle = mem->handles; handle; handle = handle->next) {
        if (!handle->read_only) {
            return true;
        }
    }
    return false;
}

struct status evlog_mem_open(struct evlog_mem *mem, bool read_only, struct evlog **log)
{
    evlog_mem_lock(mem);
    struct status st = evlog_mem_call(mem);
    bool exclusive = mem->kind == EVLOG_MEM_EXCLUSIVE;
    if (st.code == STATUS_OK && exclusive && !read_only && evlog_mem_has_writer(mem)) {
        st = status_error(STATUS_FAILED_PRECONDITION, "expected no other writer of this log");
    }
    if (st.code == STATUS_OK) {
        struct evlog_mem_handle *handle = mem_zalloc(1, sizeof *handle);
        handle->log = (struct evlog){
            .ops = &evlog_mem_ops,
            .identity = mem->identity,
            .atomic_append = exclusive,
            .exclusive = exclusive && !read_only,
            .has_clock = !exclusive,
            .all_streams = !exclusive,
            .draft = mem->draft,
        };
        handle->mem = mem;
        handle->read_only = read_only;
        handle->descriptor = evlog_mem_bell();
        handle->completions = mem_zalloc(EVLOG_PENDING_MAX, sizeof *handle->completions);
        handle->next = mem->handles;
        mem->handles = handle;
        *log = &handle->log;
    }
    evlog_mem_unlock(mem);
    return st;
}

static void evlog_mem_close(struct evlog *log)
{
    struct evlog_mem_handle *handle = (struct evlog_mem_handle *)log;
    struct evlog_mem *mem = handle->mem;
    evlog_mem_lock(mem);
    struct evlog_mem_handle **link = &mem->handles;
    while (*link != handle) {
        assert(*link != NULL);
        link = &(*link)->next;
    }
    *link = handle->next;
    for (struct evlog_mem_unit *unit = mem->held; unit != NULL; unit = unit->next) {
        unit->handle = unit->handle == handle ? NULL : unit->handle;
    }
    evlog_mem_unlock(mem);
    close(handle->descriptor);
    mem_free(handle->completions);
    mem_free(handle);
}

static const struct evlog_ops evlog_mem_ops = {
    .append = evlog_mem_append,
    .poll = evlog_mem_poll,
    .range = evlog_mem_range,
    .reader_open = evlog_mem_reader_open,
    .finish = evlog_mem_finish,
    .descriptor = evlog_mem_descriptor,
    .close = evlog_mem_close,
};
