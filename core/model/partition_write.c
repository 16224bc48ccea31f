/* Batches: what was taken is frozen, stored, thawed. Storing may run on a thread of its own while
 * the next batch is taken: it touches the writer, the frozen changes and the frozen position only.
 */
#include "core/model/partition.h"

bool partition_due(const struct partition *partition)
{
    const struct changes *changes = &partition->fold.active_changes;
    return partition->boundary || stored_crowded(&partition->stored) ||
           changes->decisions_count >= PARTITION_BATCH_MAX ||
           changes_size(changes) >= PARTITION_BATCH_SIZE_MAX;
}

void partition_note_frozen(struct partition *partition)
{
    const struct position *position = &partition->position;
    const struct repeats repeats = repeats_of(position->configuration, position->forgotten_us);
    partition->frozen_position.size = 0;
    position_encode(position, &partition->frozen_position);
    partition->frozen_forgotten_us = repeats_forgotten_at(&repeats, position->time_us);
}

void partition_freeze(struct partition *partition)
{
    assert(!partition->frozen && !partition->storing);
    partition->frozen = true;
    partition->frozen_boundary = partition->boundary;
    partition->frozen_sequence = partition->position.chain.sequence;
    partition->boundary = false;
    fold_freeze(&partition->fold);
    partition_note_frozen(partition);
}

static struct status partition_flush_store(struct partition *partition)
{
    TRY(store_flush(partition->store));
    partition->unflushed = 0;
    repeats_floor_rise(&partition->floor, partition->frozen_forgotten_us);
    return status_ok();
}

struct status partition_store(struct partition *partition)
{
    const struct changes *changes = &partition->fold.frozen_changes;
    assert(partition->frozen);
    TRY(store_write(partition->writer, changes->items, changes->count,
                    buf_str(&partition->frozen_position)));
    partition->unflushed += changes->decisions_count;
    if (partition->unflushed >= PARTITION_FLUSH_MAX) {
        struct status later = partition_flush_store(partition); /* the write has succeeded */
        (void)later;
    }
    return status_ok();
}

/* The root at a boundary goes into the positions after it. */
static struct status partition_remember_root(struct partition *partition)
{
    struct hash root;
    uint64_t count;
    assert(partition->frozen_boundary && partition->frozen_sequence > 0);
    TRY(store_root(partition->reader, &root, &count));
    position_add_root(&partition->position, partition->frozen_sequence, &root);
    return status_ok();
}

struct status partition_thaw(struct partition *partition)
{
    const struct changes *changes = &partition->fold.frozen_changes;
    struct store_reader *reader;
    assert(partition->frozen && !partition->storing);
    TRY(store_reader_open(partition->store, &reader));
    struct status st = stored_renew(&partition->stored, reader, changes->items, changes->count);
    store_reader_close(partition->reader);
    partition->reader = reader;
    fold_thaw(&partition->fold);
    partition->frozen = false;
    if (partition->shelf != NULL) {
        shelf_written(partition->shelf, partition->position.chain.partition);
    }
    TRY(st);
    return partition->frozen_boundary ? partition_remember_root(partition) : status_ok();
}

struct status partition_settle(struct partition *partition)
{
    struct status st;
    assert(partition->frozen || !partition->storing);
    if (!partition->frozen) {
        return status_ok();
    }
    if (partition->storing) {
        pthread_join(partition->thread, NULL);
        partition->storing = false;
        st = partition->stored_status;
    } else {
        st = partition_store(partition);
    }
    TRY(st);
    return partition_thaw(partition);
}

static bool partition_is_written(const struct partition *partition)
{
    struct buf position = { 0 };
    assert(!partition->frozen); /* so that the frozen position is the store's */
    position_encode(&partition->position, &position);
    bool same = str_eq(buf_str(&position), buf_str(&partition->frozen_position));
    buf_release(&position);
    return same;
}

struct status partition_write(struct partition *partition)
{
    TRY(partition_settle(partition));
    if (!partition_is_written(partition)) {
        partition_freeze(partition);
        return partition_settle(partition);
    }
    /* Reading alone can fill the memory. */
    return stored_crowded(&partition->stored)
               ? stored_renew(&partition->stored, partition->reader, NULL, 0)
               : status_ok();
}

static void *partition_store_apart(void *self)
{
    struct partition *partition = self;
    partition->stored_status = partition_store(partition);
    return NULL;
}

struct status partition_write_behind(struct partition *partition)
{
    TRY(partition_settle(partition));
    partition_freeze(partition);
    partition->storing =
        pthread_create(&partition->thread, NULL, partition_store_apart, partition) == 0;
    return status_ok(); /* without a thread it is stored when it is settled */
}

struct status partition_flush(struct partition *partition)
{
    TRY(partition_settle(partition));
    assert(!partition->frozen); /* all that is in the fold but the batch at hand is written */
    return partition_flush_store(partition);
}
