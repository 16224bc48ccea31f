#include "replay/fold_log.h"

#include <inttypes.h>

enum { FOLD_LOG_RUN = 256 };
static const size_t FOLD_LOG_MEMORY_MAX = (size_t)512 << 20;

static struct status fold_log_take(struct fold_log *fold, struct partition *partition,
                                   const struct evlog_record *record)
{
    bool accepted = false;
    fold->offset = record->offset;
    TRY(partition_take(partition, record->offset, record->value, NULL, &accepted));
    *(accepted ? &fold->records : &fold->fenced) += 1;
    if (!partition_due(partition)) {
        return status_ok();
    }
    return fold->store == NULL ? partition_write(partition) : partition_write_behind(partition);
}

static struct status fold_log_read(struct fold_log *fold, struct partition *partition,
                                   struct evlog_reader *reader, uint64_t end)
{
    struct evlog_record records[FOLD_LOG_RUN];
    size_t count;
    do {
        struct status st =
            evlog_reader_read_to(reader, fold->partition, end, records, FOLD_LOG_RUN, &count);
        if (st.code == STATUS_DATA_LOSS) {
            fold->offset = evlog_reader_position(reader, fold->partition);
        }
        TRY(st);
        for (size_t i = 0; i < count; i++) {
            TRY(fold_log_take(fold, partition, &records[i]));
        }
        if (fold->progress != NULL) {
            fold->progress(fold->context, fold->records);
        }
    } while (count > 0);
    return partition_write(partition);
}

/* The sequence that the bad record would have had: the one after the last that was good. */
static struct status fold_log_name(const struct fold_log *fold, const struct partition *partition,
                                   struct status why)
{
    return status_prefix(why, "partition %" PRIu32 ", offset %" PRIu64 ", sequence %" PRIu64,
                         fold->partition, fold->offset, partition->position.chain.sequence + 1);
}

struct status fold_log_run(struct fold_log *fold, struct partition **partition)
{
    struct partition_options options = { .store = fold->store,
                                         .log = fold->log,
                                         .number = fold->partition,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = FOLD_LOG_MEMORY_MAX };
    struct evlog_reader *reader;
    uint64_t begin, end;
    *partition = NULL;
    TRY(partition_open(&options, partition));
    TRY(evlog_range(fold->log, EVLOG_DECISIONS, fold->partition, &begin, &end));
    TRY(evlog_reader_open(fold->log, EVLOG_DECISIONS, &reader));
    struct status st = evlog_reader_seek(reader, fold->partition, (*partition)->position.offset);
    if (st.code == STATUS_OK) {
        st = fold_log_read(fold, *partition, reader, end);
    }
    evlog_reader_close(reader);
    return st.code == STATUS_OK ? st : fold_log_name(fold, *partition, st);
}
