/* Rows are collected by column, for those of a history come between those of what it is of; columns
 * in their order are the order of a file. A large batch goes round RocksDB's memory: sorting it and
 * writing a file costs half of what it takes to put it into memory and to write that out later.
 *
 * The file lies in the store's own folder under a name that RocksDB does not use, and is linked to
 * one of its own when it takes it over. A crash between that and the removal of the other name
 * leaves two names for one file, so what has that name is removed, never opened. */
#include "core/store/kv_batch.h"

#include <unistd.h>

#include "core/base/memory.h"

struct kv_batch {
    rocksdb_t *db;
    rocksdb_writeoptions_t *write;
    rocksdb_writebatch_t *memory;
    rocksdb_options_t *options; /* of the file */
    rocksdb_envoptions_t *environment;
    rocksdb_sstfilewriter_t *file;
    rocksdb_ingestexternalfileoptions_t *ingest;
    struct buf path; /* of the file, with a NUL behind it */
    struct buf rows[KV_COLUMNS];
};

/* In front of the bytes of a row's key and value. */
struct kv_batch_row {
    uint32_t key_size;
    uint32_t value_size; /* or REMOVED */
};
enum { KV_BATCH_REMOVED = -1 };

struct kv_batch *kv_batch_new(const char *path, rocksdb_t *db)
{
    struct kv_batch *batch = mem_zalloc(1, sizeof *batch);
    batch->db = db;
    batch->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(batch->write, 1);
    batch->memory = rocksdb_writebatch_create();
    batch->options = kv_rocks_file_options();
    batch->environment = rocksdb_envoptions_create();
    batch->file = rocksdb_sstfilewriter_create(batch->environment, batch->options);
    batch->ingest = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(batch->ingest, 1);
    buf_printf(&batch->path, "%s/batch", path);
    buf_byte(&batch->path, 0);
    return batch;
}

void kv_batch_free(struct kv_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    rocksdb_ingestexternalfileoptions_destroy(batch->ingest);
    rocksdb_sstfilewriter_destroy(batch->file);
    rocksdb_envoptions_destroy(batch->environment);
    rocksdb_options_destroy(batch->options);
    rocksdb_writebatch_destroy(batch->memory);
    rocksdb_writeoptions_destroy(batch->write);
    for (int i = 0; i < KV_COLUMNS; i++) {
        buf_release(&batch->rows[i]);
    }
    buf_release(&batch->path);
    mem_free(batch);
}

/* --- collecting --- */

static struct str kv_batch_add(struct kv_batch *batch, enum kv_column column, struct str key,
                               struct str value, uint32_t value_size)
{
    struct buf *rows = &batch->rows[column];
    assert(key.size < UINT32_MAX && value.size < UINT32_MAX);
    assert(column < KV_COLUMNS);
    assert(value_size == value.size ||
           (value_size == (uint32_t)KV_BATCH_REMOVED && value.size == 0));
    struct kv_batch_row row = { (uint32_t)key.size + 1, value_size };
    buf_append(rows, str_make(&row, sizeof row));
    kv_rocks_put_key(rows, column, key);
    buf_append(rows, value);
    return str_make(rows->data + rows->size - value.size - row.key_size, row.key_size);
}

struct str kv_batch_put(struct kv_batch *batch, enum kv_column column, struct str key,
                        struct str value)
{
    return kv_batch_add(batch, column, key, value, (uint32_t)value.size);
}

void kv_batch_remove(struct kv_batch *batch, enum kv_column column, struct str key)
{
    kv_batch_add(batch, column, key, STR(""), (uint32_t)KV_BATCH_REMOVED);
}

/* A batch of many decisions keeps no memory for the small ones after it. */
void kv_batch_clear(struct kv_batch *batch)
{
    enum { KEPT_MAX = 1 << 20 };
    for (int i = 0; i < KV_COLUMNS; i++) {
        batch->rows[i].size = 0;
        if (batch->rows[i].cap > KEPT_MAX) {
            buf_release(&batch->rows[i]);
        }
    }
}

size_t kv_batch_size(const struct kv_batch *batch)
{
    size_t size = 0;
    for (int i = 0; i < KV_COLUMNS; i++) {
        size += batch->rows[i].size;
    }
    return size;
}

/* Takes the first row of some; false behind the last. */
static bool kv_batch_next(struct str *rows, struct str *key, struct str *value, bool *removed)
{
    struct kv_batch_row row;
    if (rows->size == 0) {
        return false;
    }
    assert(rows->size >= sizeof row);
    memcpy(&row, rows->data, sizeof row);
    *removed = row.value_size == (uint32_t)KV_BATCH_REMOVED;
    size_t size = *removed ? 0 : row.value_size;
    assert(row.key_size > 0 && rows->size - sizeof row >= row.key_size + size);
    *key = str_make(rows->data + sizeof row, row.key_size);
    *value = str_make(key->data + key->size, size);
    *rows = str_from(*rows, sizeof row + key->size + size);
    return true;
}

/* --- into memory --- */

struct status kv_batch_write(struct kv_batch *batch)
{
    assert(rocksdb_writebatch_count(batch->memory) == 0);
    struct str key, value;
    bool removed;
    for (int i = 0; i < KV_COLUMNS; i++) {
        struct str rows = buf_str(&batch->rows[i]);
        while (kv_batch_next(&rows, &key, &value, &removed)) {
            if (removed) {
                rocksdb_writebatch_delete(batch->memory, key.data, key.size);
            } else {
                rocksdb_writebatch_put(batch->memory, key.data, key.size, value.data, value.size);
            }
        }
    }
    char *message = NULL;
    rocksdb_write(batch->db, batch->write, batch->memory, &message);
    rocksdb_writebatch_clear(batch->memory);
    return kv_rocks_status(message);
}

/* --- into a file --- */

static struct status kv_batch_file_row(struct kv_batch *batch, struct str key, struct str value,
                                       bool removed)
{
    char *message = NULL;
    if (removed) {
        rocksdb_sstfilewriter_delete(batch->file, key.data, key.size, &message);
    } else {
        rocksdb_sstfilewriter_put(batch->file, key.data, key.size, value.data, value.size,
                                  &message);
    }
    return message == NULL ? status_ok() : kv_rocks_status(message);
}

static struct status kv_batch_file_rows(struct kv_batch *batch)
{
    struct str key, value;
    bool removed;
    for (int i = 0; i < KV_COLUMNS; i++) {
        struct str rows = buf_str(&batch->rows[i]);
        while (kv_batch_next(&rows, &key, &value, &removed)) {
            TRY(kv_batch_file_row(batch, key, value, removed));
        }
    }
    return status_ok();
}

static struct status kv_batch_file(struct kv_batch *batch)
{
    char *message = NULL;
    rocksdb_sstfilewriter_open(batch->file, batch->path.data, &message);
    TRY(kv_rocks_status(message));
    TRY(kv_batch_file_rows(batch));
    rocksdb_sstfilewriter_finish(batch->file, &message);
    return kv_rocks_status(message);
}

struct status kv_batch_ingest(struct kv_batch *batch)
{
    assert(kv_batch_size(batch) > 0); /* RocksDB takes no empty file; a position is always there */
    const char *paths[] = { batch->path.data };
    unlink(batch->path.data);
    struct status st = kv_batch_file(batch);
    if (st.code == STATUS_OK) {
        char *message = NULL;
        rocksdb_ingest_external_file(batch->db, paths, 1, batch->ingest, &message);
        st = kv_rocks_status(message);
    }
    unlink(batch->path.data);
    return st;
}
