/* The files lie in the store's own folder, under names that RocksDB does not use, and are linked to
 * its own names when they are handed over. */
#include "core/store/kv_fill.h"

#include <inttypes.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/memory.h"

struct kv_fill_file {
    rocksdb_sstfilewriter_t *writer;
    struct buf path; /* NUL-terminated; empty: this batch has none of this column */
};

struct kv_fill {
    rocksdb_t *db;
    rocksdb_envoptions_t *environment;
    rocksdb_ingestexternalfileoptions_t *ingest;
    rocksdb_column_family_handle_t *columns[KV_COLUMNS];
    struct kv_fill_file files[KV_COLUMNS];
    struct buf folder;
    struct status failed; /* the first failure of the batch */
};

struct kv_fill *kv_fill_new(const char *path, rocksdb_t *db, rocksdb_options_t *const *options,
                            rocksdb_column_family_handle_t *const *columns)
{
    struct kv_fill *fill = mem_zalloc(1, sizeof *fill);
    fill->db = db;
    fill->environment = rocksdb_envoptions_create();
    fill->ingest = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(fill->ingest, 1);
    for (int i = 0; i < KV_COLUMNS; i++) {
        fill->columns[i] = columns[i];
        fill->files[i].writer = rocksdb_sstfilewriter_create(fill->environment, options[i]);
    }
    buf_append(&fill->folder, str_z(path));
    return fill;
}

void kv_fill_free(struct kv_fill *fill)
{
    if (fill == NULL) {
        return;
    }
    kv_fill_discard(fill);
    for (int i = 0; i < KV_COLUMNS; i++) {
        rocksdb_sstfilewriter_destroy(fill->files[i].writer);
        buf_release(&fill->files[i].path);
    }
    rocksdb_ingestexternalfileoptions_destroy(fill->ingest);
    rocksdb_envoptions_destroy(fill->environment);
    buf_release(&fill->folder);
    mem_free(fill);
}

/* Takes a message of RocksDB; keeps the first. */
static void kv_fill_note(struct kv_fill *fill, char *message)
{
    struct status st = kv_rocks_status(message);
    if (fill->failed.code == STATUS_OK) {
        fill->failed = st;
    }
}

/* The writer of a column's file, which is begun with its first row. */
static rocksdb_sstfilewriter_t *kv_fill_writer(struct kv_fill *fill, enum kv_column column)
{
    struct kv_fill_file *file = &fill->files[column];
    if (file->path.size == 0) {
        char *message = NULL;
        buf_printf(&file->path, "%.*s/fill.%d", STR_ARG(buf_str(&fill->folder)), (int)column);
        buf_byte(&file->path, 0);
        rocksdb_sstfilewriter_open(file->writer, file->path.data, &message);
        kv_fill_note(fill, message);
    }
    return file->writer;
}

void kv_fill_put(struct kv_fill *fill, enum kv_column column, struct str key, struct str value)
{
    char *message = NULL;
    rocksdb_sstfilewriter_t *writer = kv_fill_writer(fill, column);
    if (fill->failed.code == STATUS_OK) {
        rocksdb_sstfilewriter_put(writer, key.data, key.size, value.data, value.size, &message);
        kv_fill_note(fill, message);
    }
}

void kv_fill_remove(struct kv_fill *fill, enum kv_column column, struct str key)
{
    char *message = NULL;
    rocksdb_sstfilewriter_t *writer = kv_fill_writer(fill, column);
    if (fill->failed.code == STATUS_OK) {
        rocksdb_sstfilewriter_delete(writer, key.data, key.size, &message);
        kv_fill_note(fill, message);
    }
}

static void kv_fill_hand_over(struct kv_fill *fill, int column)
{
    struct kv_fill_file *file = &fill->files[column];
    char *message = NULL;
    rocksdb_sstfilewriter_finish(file->writer, &message);
    kv_fill_note(fill, message);
    if (fill->failed.code == STATUS_OK) {
        const char *paths[] = { file->path.data };
        rocksdb_ingest_external_file_cf(fill->db, fill->columns[column], paths, 1, fill->ingest,
                                        &message);
        kv_fill_note(fill, message);
    }
}

struct status kv_fill_commit(struct kv_fill *fill)
{
    for (int i = 0; i < KV_COLUMNS; i++) {
        if (fill->files[i].path.size > 0) {
            kv_fill_hand_over(fill, i);
        }
    }
    struct status st = fill->failed;
    kv_fill_discard(fill);
    return st;
}

void kv_fill_discard(struct kv_fill *fill)
{
    for (int i = 0; i < KV_COLUMNS; i++) {
        struct kv_fill_file *file = &fill->files[i];
        if (file->path.size > 0) {
            unlink(file->path.data); /* gone already where RocksDB has taken it */
        }
        file->path.size = 0;
    }
    fill->failed = status_ok();
}
