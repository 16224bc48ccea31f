/* A step reads, takes and, when nothing more waits, writes: under load batches grow by themselves,
 * at low load every decision is in the store at once.
 *
 * Invariants: (1) a partition's reader is at its position: after any failure it is sought there
 * again, so nothing is taken twice or passed over; (2) one that has stopped keeps its last good
 * state and is left, the others go on; (3) a store that could not be written is closed, not tried
 * again: RocksDB does not recover from a disk that refused, but the log does.
 *
 * Cost: a fold of each record, on one thread; writing a large batch goes on behind it. */
#include "projectors/projector.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/base/memory.h"

/* Records of one step: few enough that a step stays short, enough to fill a disk's write. */
enum { PROJECTOR_RECORDS = 512, PROJECTOR_PATH_MAX = 4096 };

struct projector_slot {
    bool followed;
    struct partition *partition; /* NULL: not followed, or its store could not be opened */
    struct status stopped;       /* why it never will be; OK: it is tried again */
    uint64_t end;                /* of the log when it was opened: below it the past is read */
};

struct projector {
    struct projector_options options;
    struct buf stores; /* the options' paths, copied */
    struct buf secondaries;
    struct evlog_reader *reader;
    struct projector_slot *slots; /* by number of the partition */
    uint32_t partitions_count;
    uint32_t followed_count;
    int64_t flushed_us; /* monotonic */
    struct evlog_record records[PROJECTOR_RECORDS];
};

/* --- open and close --- */

static struct status projector_path(char out[PROJECTOR_PATH_MAX], const char *folder,
                                    uint32_t number)
{
    int size = snprintf(out, PROJECTOR_PATH_MAX, "%s/p%02" PRIu32, folder, number);
    return size > 0 && size < PROJECTOR_PATH_MAX
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected a path of at most %d bytes",
                              PROJECTOR_PATH_MAX);
}

static struct status projector_open_partition(struct projector *projector, uint32_t number)
{
    const struct projector_options *options = &projector->options;
    char store[PROJECTOR_PATH_MAX], secondary[PROJECTOR_PATH_MAX];
    struct partition_options partition = {
        .log = options->log,
        .number = number,
        .level_known = options->level_known,
        .cache_size = options->cache_size / projector->followed_count,
        .memory_max = options->memory_max,
    };
    if (options->stores != NULL) {
        TRY(projector_path(store, options->stores, number));
        partition.store = store;
    }
    if (options->secondaries != NULL) {
        TRY(projector_path(secondary, options->secondaries, number));
        partition.secondary = secondary;
    }
    struct projector_slot *slot = &projector->slots[number];
    uint64_t begin;
    TRY(evlog_range(options->log, EVLOG_DECISIONS, number, &begin, &slot->end));
    TRY(partition_open(&partition, &slot->partition));
    return evlog_reader_seek(projector->reader, number, slot->partition->position.offset);
}

/* One that can never be opened (the log has lost what its store has seen) does not stop the others.
 */
static struct status projector_open_missing(struct projector *projector)
{
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        struct projector_slot *slot = &projector->slots[i];
        if (!slot->followed || slot->partition != NULL || slot->stopped.code != STATUS_OK) {
            continue;
        }
        struct status st = projector_open_partition(projector, i);
        if (st.code == STATUS_UNAVAILABLE) {
            return st;
        }
        slot->stopped = st;
    }
    return status_ok();
}

static struct status projector_choose(struct projector *projector)
{
    const struct projector_options *options = &projector->options;
    bool all = options->partitions == NULL;
    projector->followed_count = all ? projector->partitions_count : options->partitions_count;
    for (uint32_t i = 0; i < projector->followed_count; i++) {
        uint32_t number = all ? i : options->partitions[i];
        if (number >= projector->partitions_count || projector->slots[number].followed) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected different partitions below '%" PRIu32
                                "', but one is '%" PRIu32 "'",
                                projector->partitions_count, number);
        }
        projector->slots[number].followed = true;
    }
    projector->options.partitions = NULL; /* the caller's */
    return status_ok();
}

/* Keeps a path of the options; NULL stays NULL. */
static const char *projector_keep(struct buf *copy, const char *path)
{
    if (path == NULL) {
        return NULL;
    }
    buf_append(copy, str_z(path));
    buf_byte(copy, 0);
    return copy->data;
}

static struct projector *projector_new(const struct projector_options *options)
{
    struct projector *projector = mem_zalloc(1, sizeof *projector);
    projector->options = *options;
    projector->options.stores = projector_keep(&projector->stores, options->stores);
    projector->options.secondaries = projector_keep(&projector->secondaries, options->secondaries);
    projector->partitions_count = options->log->identity.partitions_count;
    projector->slots = mem_zalloc(projector->partitions_count, sizeof *projector->slots);
    return projector;
}

struct status projector_open(const struct projector_options *options, struct projector **out)
{
    struct projector *projector = projector_new(options);
    struct status st;
    TRY_OUT(projector_choose(projector));
    TRY_OUT(evlog_reader_open(options->log, EVLOG_DECISIONS, &projector->reader));
    TRY_OUT(projector_open_missing(projector));
    *out = projector;
    return st;
out:
    projector_close(projector);
    return st;
}

void projector_close(struct projector *projector)
{
    if (projector == NULL) {
        return;
    }
    evlog_reader_close(projector->reader);
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        partition_close(projector->slots[i].partition);
    }
    buf_release(&projector->stores);
    buf_release(&projector->secondaries);
    mem_free(projector->slots);
    mem_free(projector);
}

int projector_descriptor(const struct projector *projector)
{
    return evlog_reader_descriptor(projector->reader);
}

struct partition *projector_partition(struct projector *projector, uint32_t number)
{
    return number < projector->partitions_count ? projector->slots[number].partition : NULL;
}

/* Offsets that the reader passed over are no records. */
uint64_t projector_log_end(const struct projector *projector, uint32_t number)
{
    const struct partition *partition = projector->slots[number].partition;
    uint64_t seen = evlog_reader_end(projector->reader, number);
    uint64_t end = seen > projector->slots[number].end ? seen : projector->slots[number].end;
    bool all = evlog_reader_position(projector->reader, number) >= end;
    return all ? partition->position.offset : end;
}

struct status projector_stopped(const struct projector *projector, uint32_t number)
{
    const struct projector_slot *slot = &projector->slots[number];
    return slot->partition == NULL ? slot->stopped : slot->partition->stopped;
}

/* --- stepping --- */

/* A stopped partition keeps what it had; nothing more is read of it. */
static void projector_stop(struct projector *projector, struct partition *partition,
                           struct status why)
{
    if (partition->stopped.code == STATUS_OK) {
        partition->stopped = why;
    }
    evlog_reader_leave(projector->reader, partition->position.chain.partition);
}

/* RocksDB does not write again after its disk refused once. So the store is closed, which loses
 * what was not flushed, and the next step opens it and takes that from the log again. */
static struct status projector_written(struct projector *projector, uint32_t number,
                                       struct status st)
{
    if (st.code != STATUS_OK && projector->options.stores != NULL) {
        evlog_reader_leave(projector->reader, number);
        partition_close(projector->slots[number].partition);
        projector->slots[number].partition = NULL;
    }
    return st;
}

static struct status projector_take(struct projector *projector, const struct evlog_record *record)
{
    struct partition *partition = projector->slots[record->partition].partition;
    if (partition == NULL || partition->stopped.code != STATUS_OK) {
        return status_ok();
    }
    if (partition_due(partition)) {
        TRY(projector_written(projector, record->partition, partition_write_behind(partition)));
    }
    struct status st = partition_take(partition, record->offset, record->value, NULL, NULL);
    if (partition->stopped.code != STATUS_OK) {
        projector_stop(projector, partition, st);
        return status_ok();
    }
    return st;
}

/* After a failure the records that were read but not taken are read again. */
static struct status projector_rewind(struct projector *projector)
{
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        struct partition *partition = projector->slots[i].partition;
        if (partition != NULL && partition->stopped.code == STATUS_OK) {
            TRY(evlog_reader_seek(projector->reader, i, partition->position.offset));
        }
    }
    return status_ok();
}

static struct status projector_read(struct projector *projector, size_t *count)
{
    *count = 0;
    struct status st =
        evlog_reader_read(projector->reader, projector->records, PROJECTOR_RECORDS, count);
    if (st.code == STATUS_DATA_LOSS || st.code == STATUS_OUT_OF_RANGE) {
        st.code = STATUS_DATA_LOSS; /* what was read once is no longer there, or never all was */
        projector_stop(projector, projector->slots[projector->records[0].partition].partition, st);
        *count = 1; /* the others may have more */
        return status_ok();
    }
    for (size_t i = 0; st.code == STATUS_OK && i < *count; i++) {
        st = projector_take(projector, &projector->records[i]);
    }
    if (st.code != STATUS_OK) {
        TRY(projector_rewind(projector));
    }
    return st;
}

static struct status projector_write_one(struct projector *projector, uint32_t number, bool flush)
{
    struct partition *partition = projector->slots[number].partition;
    if (partition == NULL) {
        return status_ok();
    }
    struct status st = partition_write(partition);
    if (st.code == STATUS_OK && flush) {
        st = partition_flush(partition);
    }
    return projector_written(projector, number, st);
}

static struct status projector_write(struct projector *projector, bool flush)
{
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        TRY(projector_write_one(projector, i, flush));
    }
    return status_ok();
}

/* A broker may take its time before the first record comes: that nothing waits does not say that
 * all was read. */
static void projector_show(struct projector *projector)
{
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        const struct projector_slot *slot = &projector->slots[i];
        if (slot->partition != NULL && projector->options.shelf != NULL &&
            evlog_reader_position(projector->reader, i) >= slot->end) {
            partition_show(slot->partition, projector->options.shelf);
        }
    }
}

struct status projector_step(struct projector *projector, int64_t monotonic_us, bool *idle)
{
    size_t count;
    TRY(projector_open_missing(projector));
    TRY(projector_read(projector, &count));
    if (idle != NULL) {
        *idle = count == 0;
    }
    bool flush = monotonic_us - projector->flushed_us >= PROJECTOR_FLUSH_US;
    if (count > 0 && !flush) {
        return status_ok(); /* a larger batch costs less */
    }
    TRY(projector_write(projector, flush));
    projector->flushed_us = flush ? monotonic_us : projector->flushed_us;
    if (count == 0) {
        projector_show(projector);
    }
    return status_ok();
}

struct status projector_catch_up(struct projector *projector)
{
    bool idle = false;
    while (!idle) {
        TRY(projector_step(projector, projector->flushed_us, &idle));
    }
    return status_ok();
}
