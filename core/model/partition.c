/* Opening, closing and reading; partition_take.c has what happens to a record, partition_write.c
 * what to a batch.
 *
 * Invariants: (1) `position` is that of the last record taken, the store's that of the last batch
 * frozen; what lies between is in the fold; (2) a store that is ahead of its log is never touched,
 * for then the log has lost what somebody was told. */
#include "core/model/partition.h"

#include <inttypes.h>

#include "core/base/memory.h"

/* A decision of 512 KiB, decoded, with the entities it makes. */
static const size_t PARTITION_ARENA_MAX = (size_t)64 << 20;

/* --- the store --- */

/* The owner may delete a file between the moments in which a secondary reads its name and opens it.
 */
enum { PARTITION_SECONDARY_TRIES = 3 };

static struct status partition_open_secondary(const struct store_options *store,
                                              struct partition *partition)
{
    assert(partition->under == NULL);
    struct status st = store_open(store, &partition->under);
    for (int i = 1; i < PARTITION_SECONDARY_TRIES && st.code == STATUS_DATA_LOSS; i++) {
        st = store_open(store, &partition->under);
    }
    if (st.code == STATUS_OK) {
        partition->store = store_layer_new(partition->under);
        return st;
    }
    if (st.code == STATUS_UNAVAILABLE) {
        return st;
    }
    /* The owner has no store yet, or rebuilds it: all is folded in memory. */
    partition->rebuilt = st.code == STATUS_NOT_FOUND ? status_ok() : st;
    partition->store = store_mem_new();
    return status_ok();
}

static struct status partition_open_store(const struct partition_options *options,
                                          struct partition *partition)
{
    struct store_options store = {
        .path = options->store,
        .secondary = options->secondary,
        .cache_size = options->cache_size,
        .fold_version = FOLD_VERSION,
        .knows_absent = options->decides,
        .create = options->secondary == NULL,
        .forgets = { repeats_forget, &partition->floor },
    };
    assert(partition->store == NULL);
    if (options->store == NULL) {
        partition->store = store_mem_new();
        return status_ok();
    }
    if (options->secondary != NULL) {
        return partition_open_secondary(&store, partition);
    }
    struct status st = store_open(&store, &partition->store);
    if (st.code == STATUS_OK || st.code == STATUS_UNAVAILABLE) {
        return st;
    }
    partition->rebuilt = st;
    TRY(store_destroy(options->store));
    return store_open(&store, &partition->store);
}

/* --- the position --- */

static void partition_own_configuration(struct partition *partition)
{
    partition->configuration.size = 0;
    buf_append(&partition->configuration, partition->position.configuration);
    partition->position.configuration = buf_str(&partition->configuration);
}

static struct status partition_read_position(struct partition *partition, uint32_t level_known,
                                             bool *found)
{
    struct store_row row;
    TRY(store_position(partition->reader, &partition->arena, &row));
    *found = row.found;
    if (row.found) {
        TRY(position_decode(row.value, level_known, &partition->position));
        partition_own_configuration(partition);
    }
    arena_reset(&partition->arena);
    return status_ok();
}

/* Whether the store is one of this partition of this log; if not, it says why in `rebuilt`. */
static bool partition_is_of(struct partition *partition, const struct partition_options *options)
{
    const struct chain *chain = &partition->position.chain;
    const struct evlog_identity *log = &options->log->identity;
    bool same = evlog_id_eq(chain->identity.history_id, log->history_id) &&
                evlog_id_eq(partition->position.log_id, log->log_id) &&
                chain->identity.partitions_count == log->partitions_count &&
                chain->partition == options->number;
    if (!same) {
        partition->rebuilt = status_error(STATUS_FAILED_PRECONDITION,
                                          "expected a store of this log, not of another");
    }
    return same;
}

/* Reads the record that the store saw last. */
static struct status partition_check_record(const struct partition *partition,
                                            struct evlog_reader *reader, uint64_t end)
{
    const struct position *position = &partition->position;
    struct evlog_record record;
    size_t count;
    assert(position->chain.sequence > 0); /* there is a last one */
    TRY(evlog_reader_seek(reader, position->chain.partition, position->head_offset));
    TRY(evlog_reader_read_to(reader, position->chain.partition, end, &record, 1, &count));
    if (count == 1 && record.offset == position->head_offset) {
        const struct str parts[] = { hash_str(&position->head_before), record.value };
        struct hash head = hash_sha256(parts, 2);
        if (hash_eq(&head, &position->chain.head)) {
            return status_ok();
        }
    }
    return status_error(STATUS_DATA_LOSS,
                        "expected the log's record at offset '%" PRIu64
                        "' to be the one that the store was folded from",
                        position->head_offset);
}

/* That the log still has all that the store has seen. */
static struct status partition_check_log(const struct partition *partition, struct evlog *log)
{
    const struct position *position = &partition->position;
    uint64_t begin, end;
    TRY(evlog_range(log, EVLOG_DECISIONS, position->chain.partition, &begin, &end));
    if (position->offset < begin || position->offset > end) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the log to have offset '%" PRIu64
                            "', which the store has seen, but it goes from '%" PRIu64
                            "' to '%" PRIu64 "'",
                            position->offset, begin, end);
    }
    if (position->chain.sequence == 0) {
        return status_ok();
    }
    struct evlog_reader *reader;
    TRY(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    struct status st = partition_check_record(partition, reader, end);
    evlog_reader_close(reader);
    return st;
}

/* --- open and close --- */

static void partition_close_store(struct partition *partition)
{
    if (partition->shelf != NULL) {
        shelf_take(partition->shelf, partition->position.chain.partition);
        partition->shelf = NULL;
    }
    fold_release(&partition->fold);
    stored_release(&partition->stored);
    store_reader_close(partition->reader);
    store_writer_close(partition->writer);
    store_close(partition->store);
    store_close(partition->under);
    partition->reader = NULL;
    partition->writer = NULL;
    partition->store = NULL;
    partition->under = NULL;
}

void partition_close(struct partition *partition)
{
    if (partition == NULL) {
        return;
    }
    if (partition->storing) {
        pthread_join(partition->thread, NULL);
    }
    partition_close_store(partition);
    buf_release(&partition->configuration);
    buf_release(&partition->frozen_position);
    arena_release(&partition->arena);
    mem_free(partition);
}

/* Opens the store and finds its position; `found` is false for one to fold from the beginning. */
static struct status partition_begin(struct partition *partition,
                                     const struct partition_options *options, bool *found)
{
    assert(partition->writer == NULL && partition->reader == NULL);
    TRY(partition_open_store(options, partition));
    TRY(store_writer_open(partition->store, &partition->writer));
    TRY(store_reader_open(partition->store, &partition->reader));
    stored_init(&partition->stored, partition->reader, STORE_LATEST, options->memory_max);
    fold_init(&partition->fold, &partition->stored.source);
    return partition_read_position(partition, options->level_known, found);
}

/* Begins the store anew: another's, or one whose position or root cannot be read. */
static struct status partition_begin_anew(struct partition *partition,
                                          const struct partition_options *options)
{
    struct partition_options anew = *options;
    bool found;
    assert(!partition->storing && !partition->frozen);
    partition_close_store(partition);
    if (options->secondary != NULL) {
        anew.store = NULL; /* it is the owner's: not ours to destroy */
    } else if (options->store != NULL) {
        TRY(store_destroy(options->store));
    }
    TRY(partition_begin(partition, &anew, &found));
    assert(!found);
    return status_ok();
}

static struct status partition_start(struct partition *partition,
                                     const struct partition_options *options)
{
    bool found = false;
    struct status st = partition_begin(partition, options, &found);
    bool damaged = st.code == STATUS_DATA_LOSS;
    if (damaged) {
        partition->rebuilt = st;
    } else {
        TRY(st);
    }
    bool keep = found && partition->position.chain.sequence > 0;
    if (damaged || (keep && !partition_is_of(partition, options))) {
        TRY(partition_begin_anew(partition, options));
        keep = false;
    }
    if (!keep) {
        partition->position = (struct position){ .log_id = options->log->identity.log_id };
        chain_init(&partition->position.chain, &options->log->identity, options->number,
                   options->level_known);
    } else {
        partition_note_frozen(partition);
        repeats_floor_rise(&partition->floor, partition->frozen_forgotten_us);
    }
    assert(partition->position.chain.partition == options->number);
    return partition_check_log(partition, options->log);
}

struct status partition_open(const struct partition_options *options, struct partition **out)
{
    struct partition *partition = mem_zalloc(1, sizeof *partition);
    arena_init(&partition->arena, PARTITION_ARENA_MAX);
    partition->progress = options->progress;
    struct status st = partition_start(partition, options);
    if (st.code != STATUS_OK) {
        partition_close(partition);
        return status_prefix(st, "open partition '%" PRIu32 "'", options->number);
    }
    assert(partition->reader != NULL && partition->writer != NULL);
    *out = partition;
    return st;
}

/* --- reading --- */

void partition_show(struct partition *partition, struct shelf *shelf)
{
    if (partition->shelf == NULL) {
        partition->shelf = shelf;
        shelf_put(shelf, partition->position.chain.partition, partition->store);
    }
}

struct status partition_entity_at(const struct partition *partition, struct arena *arena,
                                  struct str key, uint64_t version, struct str *value)
{
    const struct source_key hashed = { key, hmap_hash(key) };
    struct store_row row;
    if (changes_at(&partition->fold.active_changes, &hashed, version, value) ||
        changes_at(&partition->fold.frozen_changes, &hashed, version, value)) {
        return status_ok();
    }
    TRY(store_get(partition->reader, arena, STORE_ENTITY, key, version, &row));
    *value = row.found ? row.value : (struct str){ 0 };
    return status_ok();
}
