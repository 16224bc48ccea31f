#include "projectors/projector.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/memory.h"

/* Records of one step: few enough that a step stays short, enough to fill a disk's write. */
enum { PROJECTOR_RECORDS = 512, PROJECTOR_PATH_MAX = 4096 };

struct projector {
    struct evlog_reader *reader;
    struct partition **partitions; /* by number; NULL where not followed */
    uint32_t partitions_count;
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

static struct status projector_open_partition(struct projector *projector,
                                              const struct projector_options *options,
                                              uint32_t number, uint32_t count)
{
    char store[PROJECTOR_PATH_MAX], secondary[PROJECTOR_PATH_MAX];
    struct partition_options partition = {
        .log = options->log,
        .number = number,
        .level_known = options->level_known,
        .cache_size = options->cache_size / count,
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
    TRY(partition_open(&partition, &projector->partitions[number]));
    return evlog_reader_seek(projector->reader, number,
                             projector->partitions[number]->position.offset);
}

static struct status projector_open_all(struct projector *projector,
                                        const struct projector_options *options)
{
    bool all = options->partitions == NULL;
    uint32_t count = all ? projector->partitions_count : options->partitions_count;
    TRY(evlog_reader_open(options->log, EVLOG_DECISIONS, &projector->reader));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = all ? i : options->partitions[i];
        if (number >= projector->partitions_count || projector->partitions[number] != NULL) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected different partitions below '%" PRIu32
                                "', but one is '%" PRIu32 "'",
                                projector->partitions_count, number);
        }
        TRY(projector_open_partition(projector, options, number, count));
    }
    return status_ok();
}

struct status projector_open(const struct projector_options *options, struct projector **out)
{
    struct projector *projector = mem_zalloc(1, sizeof *projector);
    projector->partitions_count = options->log->identity.partitions_count;
    projector->partitions = mem_zalloc(projector->partitions_count, sizeof(void *));
    struct status st = projector_open_all(projector, options);
    if (st.code != STATUS_OK) {
        projector_close(projector);
        return st;
    }
    *out = projector;
    return st;
}

void projector_close(struct projector *projector)
{
    if (projector == NULL) {
        return;
    }
    evlog_reader_close(projector->reader);
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        partition_close(projector->partitions[i]);
    }
    mem_free(projector->partitions);
    mem_free(projector);
}

int projector_descriptor(const struct projector *projector)
{
    return evlog_reader_descriptor(projector->reader);
}

struct partition *projector_partition(struct projector *projector, uint32_t number)
{
    return number < projector->partitions_count ? projector->partitions[number] : NULL;
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

static struct status projector_take(struct projector *projector, const struct evlog_record *record)
{
    struct partition *partition = projector->partitions[record->partition];
    if (partition->stopped.code != STATUS_OK) {
        return status_ok();
    }
    if (partition_due(partition)) {
        TRY(partition_write_behind(partition));
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
        struct partition *partition = projector->partitions[i];
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
    if (st.code == STATUS_DATA_LOSS) {
        projector_stop(projector, projector->partitions[projector->records[0].partition], st);
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

static struct status projector_write(struct projector *projector, bool flush)
{
    for (uint32_t i = 0; i < projector->partitions_count; i++) {
        struct partition *partition = projector->partitions[i];
        if (partition == NULL) {
            continue;
        }
        TRY(partition_write(partition));
        if (flush) {
            TRY(partition_flush(partition));
        }
    }
    return status_ok();
}

struct status projector_step(struct projector *projector, int64_t monotonic_us, bool *idle)
{
    size_t count;
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
