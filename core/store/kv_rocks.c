/* The kv on RocksDB: one column family per column, WAL off (the log is the truth), atomic_flush on,
 * without which a crash could keep one column of a batch and lose another. */
#include "core/store/kv_rocks.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/store/kv_fill.h"
#include "core/store/store.h"

struct kv_rocks {
    struct kv base;
    rocksdb_t *db;
    rocksdb_cache_t *cache;
    rocksdb_options_t *options[KV_COLUMNS];
    rocksdb_column_family_handle_t *columns[KV_COLUMNS];
    rocksdb_writeoptions_t *write;
    rocksdb_writebatch_t *batch;
    struct kv_fill *fill;  /* NULL: all goes through the batch; else the own rows only */
    struct buf path;       /* with a NUL behind it */
    size_t unflushed_size; /* of batches since the last flush */
};

/* What is always left, for compactions and RocksDB's own files. */
enum { KV_ROCKS_DISK_LEFT_MIN = 32 << 20 };

/* For ever: RocksDB keeps them. Its first column must be called "default". */
static const char *const kv_rocks_names[KV_COLUMNS] = {
    [KV_META] = "default",
    [KV_ENTITY] = "entity",
    [KV_ENTITY_HISTORY] = "entity_history",
    [KV_INDEX] = "index",
    [KV_INDEX_HISTORY] = "index_history",
    [KV_INDEX_LATEST] = "index_latest",
    [KV_APPEND] = "append",
};

/* --- snapshots and gets --- */

struct kv_rocks_snapshot {
    const rocksdb_snapshot_t *snapshot; /* NULL in a secondary, which stands still anyway */
    rocksdb_readoptions_t *get;
    rocksdb_readoptions_t *one_key;
    rocksdb_readoptions_t *scan;
};

static rocksdb_readoptions_t *kv_rocks_read(const rocksdb_snapshot_t *snapshot)
{
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(read, snapshot);
    return read;
}

static void kv_rocks_snapshot_open(struct kv *kv, void **out)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);
    snapshot->snapshot = kv->read_only ? NULL : rocksdb_create_snapshot(rocks->db);
    snapshot->get = kv_rocks_read(snapshot->snapshot);
    snapshot->one_key = kv_rocks_read(snapshot->snapshot);
    snapshot->scan = kv_rocks_read(snapshot->snapshot);
    rocksdb_readoptions_set_prefix_same_as_start(snapshot->one_key, 1);
    rocksdb_readoptions_set_total_order_seek(snapshot->scan, 1);
    *out = snapshot;
}

static void kv_rocks_snapshot_close(struct kv *kv, void *taken)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken;
    rocksdb_readoptions_destroy(snapshot->get);
    rocksdb_readoptions_destroy(snapshot->one_key);
    rocksdb_readoptions_destroy(snapshot->scan);
    if (snapshot->snapshot != NULL) {
        rocksdb_release_snapshot(rocks->db, snapshot->snapshot);
    }
    mem_free(snapshot);
}

/* Copies a pinned value, frees it, frees the message if there is one. */
static struct status kv_rocks_take(struct arena *arena, rocksdb_pinnableslice_t *pinned,
                                   char *message, struct kv_value *value)
{
    *value = (struct kv_value){ .found = pinned != NULL };
    if (pinned != NULL) {
        struct str bytes;
        bytes.data = rocksdb_pinnableslice_value(pinned, &bytes.size);
        value->bytes = arena_copy(arena, bytes);
        rocksdb_pinnableslice_destroy(pinned);
    }
    TRY(kv_rocks_status(message));
    return value->found && value->bytes.data == NULL ? arena_full(arena) : status_ok();
}

/* Keys of one call of RocksDB's batched get; what it pins lies on the stack. */
enum { KV_ROCKS_GET_MAX = 64 };

static struct status kv_rocks_get_batch(struct kv_rocks *rocks, rocksdb_readoptions_t *read,
                                        struct arena *arena, enum kv_column column,
                                        const struct str *keys, size_t count,
                                        struct kv_value *values)
{
    const char *data[KV_ROCKS_GET_MAX];
    size_t sizes[KV_ROCKS_GET_MAX];
    rocksdb_pinnableslice_t *pinned[KV_ROCKS_GET_MAX] = { 0 };
    char *messages[KV_ROCKS_GET_MAX] = { 0 };
    assert(count <= KV_ROCKS_GET_MAX);
    for (size_t i = 0; i < count; i++) {
        data[i] = keys[i].data;
        sizes[i] = keys[i].size;
    }
    rocksdb_batched_multi_get_cf(rocks->db, read, rocks->columns[column], count, data, sizes,
                                 pinned, messages, false);
    struct status st = status_ok();
    for (size_t i = 0; i < count; i++) {
        struct status one = kv_rocks_take(arena, pinned[i], messages[i], &values[i]);
        st = st.code == STATUS_OK ? one : st;
    }
    return st;
}

static struct status kv_rocks_get(struct kv *kv, void *taken, struct arena *arena,
                                  enum kv_column column, const struct str *keys, size_t keys_count,
                                  struct kv_value *values)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken;
    rocksdb_readoptions_t *now = snapshot == NULL ? rocksdb_readoptions_create() : NULL;
    rocksdb_readoptions_t *read = snapshot == NULL ? now : snapshot->get;
    struct status st = status_ok();
    while (keys_count > 0 && st.code == STATUS_OK) {
        size_t count = keys_count < KV_ROCKS_GET_MAX ? keys_count : KV_ROCKS_GET_MAX;
        if (count == 1) {
            char *message = NULL;
            rocksdb_pinnableslice_t *pinned = rocksdb_get_pinned_cf(
                rocks->db, read, rocks->columns[column], keys[0].data, keys[0].size, &message);
            st = kv_rocks_take(arena, pinned, message, values);
        } else {
            st = kv_rocks_get_batch(rocks, read, arena, column, keys, count, values);
        }
        keys += count;
        values += count;
        keys_count -= count;
    }
    if (now != NULL) {
        rocksdb_readoptions_destroy(now);
    }
    return st;
}

/* --- iterators --- */

struct kv_rocks_iter {
    struct kv_iter base;
    rocksdb_iterator_t *iter;
};

/* Takes over where RocksDB's iterator stands now. */
static struct status kv_rocks_iter_read(struct kv_rocks_iter *iter)
{
    iter->base.valid = rocksdb_iter_valid(iter->iter);
    if (iter->base.valid) {
        iter->base.key.data = rocksdb_iter_key(iter->iter, &iter->base.key.size);
        iter->base.value.data = rocksdb_iter_value(iter->iter, &iter->base.value.size);
        return status_ok();
    }
    char *message = NULL;
    rocksdb_iter_get_error(iter->iter, &message);
    return kv_rocks_status(message);
}

static struct status kv_rocks_iter_seek(struct kv_iter *base, struct str key)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    rocksdb_iter_seek(iter->iter, key.data, key.size);
    return kv_rocks_iter_read(iter);
}

static struct status kv_rocks_iter_seek_back(struct kv_iter *base, struct str key)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    rocksdb_iter_seek_for_prev(iter->iter, key.data, key.size);
    return kv_rocks_iter_read(iter);
}

static struct status kv_rocks_iter_next(struct kv_iter *base)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    assert(base->valid);
    rocksdb_iter_next(iter->iter);
    return kv_rocks_iter_read(iter);
}

static struct status kv_rocks_iter_prev(struct kv_iter *base)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    assert(base->valid);
    rocksdb_iter_prev(iter->iter);
    return kv_rocks_iter_read(iter);
}

static void kv_rocks_iter_close(struct kv_iter *base)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    rocksdb_iter_destroy(iter->iter);
    mem_free(iter);
}

static const struct kv_iter_ops kv_rocks_iter_ops = {
    .seek = kv_rocks_iter_seek,
    .seek_back = kv_rocks_iter_seek_back,
    .next = kv_rocks_iter_next,
    .prev = kv_rocks_iter_prev,
    .close = kv_rocks_iter_close,
};

static struct kv_iter *kv_rocks_iter_open(struct kv *kv, void *taken, enum kv_column column,
                                          bool one_key)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken;
    struct kv_rocks_iter *iter = mem_zalloc(1, sizeof *iter);
    iter->base.ops = &kv_rocks_iter_ops;
    iter->iter = rocksdb_create_iterator_cf(rocks->db, one_key ? snapshot->one_key : snapshot->scan,
                                            rocks->columns[column]);
    return &iter->base;
}

/* --- writing --- */

static void kv_rocks_put(struct kv *kv, enum kv_column column, struct str key, struct str value)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    if (rocks->fill != NULL && column != KV_META) {
        kv_fill_put(rocks->fill, column, key, value);
        return;
    }
    rocksdb_writebatch_put_cf(rocks->batch, rocks->columns[column], key.data, key.size, value.data,
                              value.size);
}

static void kv_rocks_remove(struct kv *kv, enum kv_column column, struct str key)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    if (rocks->fill != NULL && column != KV_META) {
        kv_fill_remove(rocks->fill, column, key);
        return;
    }
    rocksdb_writebatch_delete_cf(rocks->batch, rocks->columns[column], key.data, key.size);
}

static void kv_rocks_discard(struct kv *kv)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    rocksdb_writebatch_clear(rocks->batch);
    if (rocks->fill != NULL) {
        kv_fill_discard(rocks->fill);
    }
}

/* RocksDB must not meet the end of the disk: where a file of its own could not be written, it goes
 * on to ask that file for its state, and Debian's build asserts that it is well. So nothing is
 * taken that may not fit, with what else is in memory, twice for compaction. */
static struct status kv_rocks_room(const struct kv_rocks *rocks, size_t size)
{
    struct statvfs disk;
    if (statvfs(rocks->path.data, &disk) != 0) {
        return status_error(STATUS_UNAVAILABLE, "cannot ask the disk for its room: %s",
                            strerror(errno));
    }
    uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    uint64_t needed = KV_ROCKS_DISK_LEFT_MIN + 2 * (rocks->unflushed_size + size);
    return left >= needed ? status_ok()
                          : status_error(STATUS_UNAVAILABLE,
                                         "expected %" PRIu64 " MiB left on the disk, but it has "
                                         "%" PRIu64,
                                         needed >> 20, left >> 20);
}

static struct status kv_rocks_commit(struct kv *kv)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    size_t size;
    rocksdb_writebatch_data(rocks->batch, &size);
    struct status st = kv_rocks_room(rocks, size);
    if (st.code == STATUS_OK && rocks->fill != NULL) {
        st = kv_fill_commit(rocks->fill);
    }
    if (st.code == STATUS_OK) {
        char *message = NULL;
        rocksdb_write(rocks->db, rocks->write, rocks->batch, &message);
        rocks->unflushed_size += size;
        st = kv_rocks_status(message);
    }
    kv_rocks_discard(kv);
    return st;
}

/* The C interface can flush one column only, which would tear a batch: seen. But a manual
 * compaction flushes all columns at once under atomic_flush, and this column is small. It says no
 * error, so what remains in memory is asked for. */
static struct status kv_rocks_flush(struct kv *kv)
{
    static const char *const left[] = { "rocksdb.num-entries-active-mem-table",
                                        "rocksdb.num-immutable-mem-table" };
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    TRY(kv_rocks_room(rocks, 0));
    rocksdb_compactoptions_t *options = rocksdb_compactoptions_create();
    rocksdb_compactoptions_set_exclusive_manual_compaction(options, 0);
    rocksdb_compact_range_cf_opt(rocks->db, rocks->columns[KV_META], options, NULL, 0, NULL, 0);
    rocksdb_compactoptions_destroy(options);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        uint64_t count = 0;
        if (rocksdb_property_int_cf(rocks->db, rocks->columns[KV_META], left[i], &count) != 0 ||
            count > 0) {
            return status_error(STATUS_UNAVAILABLE, "expected the disk to take what is in memory");
        }
    }
    rocks->unflushed_size = 0;
    return status_ok();
}

static struct status kv_rocks_catch_up(struct kv *kv)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    char *message = NULL;
    if (!kv->read_only) {
        return status_error(STATUS_FAILED_PRECONDITION, "expected a secondary to catch up");
    }
    rocksdb_try_catch_up_with_primary(rocks->db, &message);
    return kv_rocks_status(message);
}

/* --- life --- */

static void kv_rocks_free(struct kv_rocks *rocks)
{
    kv_fill_free(rocks->fill);
    for (int i = 0; i < KV_COLUMNS; i++) {
        if (rocks->columns[i] != NULL) {
            rocksdb_column_family_handle_destroy(rocks->columns[i]);
        }
    }
    if (rocks->db != NULL) {
        rocksdb_close(rocks->db);
    }
    for (int i = 0; i < KV_COLUMNS; i++) {
        rocksdb_options_destroy(rocks->options[i]);
    }
    rocksdb_writebatch_destroy(rocks->batch);
    rocksdb_writeoptions_destroy(rocks->write);
    rocksdb_cache_destroy(rocks->cache);
    buf_release(&rocks->path);
    mem_free(rocks);
}

static void kv_rocks_close(struct kv *kv)
{
    if (!kv->read_only) {
        struct status lost = kv_rocks_flush(kv); /* as in a crash: the position says so */
        (void)lost;
    }
    kv_rocks_free((struct kv_rocks *)kv);
}

static const struct kv_ops kv_rocks_ops = {
    .snapshot_open = kv_rocks_snapshot_open,
    .snapshot_close = kv_rocks_snapshot_close,
    .get = kv_rocks_get,
    .iter_open = kv_rocks_iter_open,
    .put = kv_rocks_put,
    .remove = kv_rocks_remove,
    .commit = kv_rocks_commit,
    .discard = kv_rocks_discard,
    .flush = kv_rocks_flush,
    .catch_up = kv_rocks_catch_up,
    .close = kv_rocks_close,
};

/* RocksDB makes folder and files even where it then fails, so whether there is a store is asked
 * first. */
static struct status kv_rocks_exists(const char *path)
{
    struct buf current = { 0 };
    struct stat found;
    buf_printf(&current, "%s/CURRENT", path);
    buf_byte(&current, 0);
    bool exists = stat(current.data, &found) == 0;
    buf_release(&current);
    return exists ? status_ok() : status_error(STATUS_NOT_FOUND, "expected a store there");
}

static struct kv_rocks *kv_rocks_new(const struct store_options *options)
{
    enum { CACHE_DEFAULT = 32 << 20 };
    struct kv_rocks *rocks = mem_zalloc(1, sizeof *rocks);
    rocks->base.ops = &kv_rocks_ops;
    rocks->base.read_only = options->secondary != NULL;
    rocks->cache =
        rocksdb_cache_create_lru(options->cache_size > 0 ? options->cache_size : CACHE_DEFAULT);
    for (int i = 0; i < KV_COLUMNS; i++) {
        rocks->options[i] = kv_rocks_options((enum kv_column)i, rocks->cache);
        rocksdb_options_set_create_if_missing(rocks->options[i], options->create);
        rocksdb_options_set_create_missing_column_families(rocks->options[i], options->create);
        if (options->fill) {
            kv_rocks_options_fill(rocks->options[i]);
        }
    }
    buf_append(&rocks->path, str_z(options->path));
    buf_byte(&rocks->path, 0);
    rocks->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(rocks->write, 1);
    rocks->batch = rocksdb_writebatch_create();
    return rocks;
}

struct status kv_rocks_open(const struct store_options *options, struct kv **kv)
{
    if (!options->create) {
        TRY(kv_rocks_exists(options->path));
    }
    struct kv_rocks *rocks = kv_rocks_new(options);
    const rocksdb_options_t *const *each = (const rocksdb_options_t *const *)rocks->options;
    char *message = NULL;
    if (options->secondary != NULL) {
        rocks->db = rocksdb_open_as_secondary_column_families(
            rocks->options[0], options->path, options->secondary, KV_COLUMNS, kv_rocks_names, each,
            rocks->columns, &message);
    } else {
        rocks->db = rocksdb_open_column_families(rocks->options[0], options->path, KV_COLUMNS,
                                                 kv_rocks_names, each, rocks->columns, &message);
    }
    if (message != NULL) {
        kv_rocks_free(rocks);
        return kv_rocks_status(message);
    }
    if (options->fill) {
        rocks->fill = kv_fill_new(options->path, rocks->db, rocks->options, rocks->columns);
    }
    *kv = &rocks->base;
    return status_ok();
}

struct status kv_rocks_destroy(const char *path)
{
    char *message = NULL;
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_destroy_db(options, path, &message);
    rocksdb_options_destroy(options);
    return kv_rocks_status(message);
}
