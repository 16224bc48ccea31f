/* The kv on RocksDB: all columns in one key space, WAL off (the log is the truth). What RocksDB
 * flushes or takes over is whole batches: there is one memory and one file for all columns. */
#include "core/store/kv_rocks.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/disk_room.h"
#include "core/base/memory.h"
#include "core/store/kv_absent.h"
#include "core/store/kv_batch.h"
#include "core/store/store.h"

struct kv_rocks_snapshot {
    const rocksdb_snapshot_t *snapshot; /* NULL in a secondary, which stands still anyway */
    rocksdb_readoptions_t *get;
    rocksdb_readoptions_t *one_prefix;
    rocksdb_readoptions_t *scan;
    struct buf keys; /* scratch */
};

struct kv_rocks {
    struct kv base;
    rocksdb_t *db;
    rocksdb_cache_t *cache;
    rocksdb_options_t *options;
    rocksdb_compactionfilter_t *forgetting;
    rocksdb_column_family_handle_t *column; /* RocksDB's only one: batched gets ask for it */
    struct kv_rocks_snapshot now;           /* for reads without a snapshot, by one thread */
    struct kv_batch *batch;
    struct kv_absent *absent; /* NULL: nobody wants to know */
    struct buf path;          /* with a NUL behind it */
    size_t unflushed_size;    /* of batches in memory since the last flush */
};

/* Of a filter: 6 MiB of memory. */
enum { KV_ROCKS_KEYS_MIN = 1 << 22 };

/* What is always left, for compactions and RocksDB's own files. */
enum { KV_ROCKS_DISK_LEFT_MIN = 32 << 20 };

/* --- snapshots and gets --- */

static rocksdb_readoptions_t *kv_rocks_read(const rocksdb_snapshot_t *snapshot)
{
    rocksdb_readoptions_t *read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(read, snapshot);
    return read;
}

static void kv_rocks_snapshot_init(struct kv_rocks_snapshot *snapshot,
                                   const rocksdb_snapshot_t *taken)
{
    snapshot->snapshot = taken;
    snapshot->get = kv_rocks_read(taken);
    snapshot->one_prefix = kv_rocks_read(taken);
    snapshot->scan = kv_rocks_read(taken);
    rocksdb_readoptions_set_prefix_same_as_start(snapshot->one_prefix, 1);
    rocksdb_readoptions_set_total_order_seek(snapshot->scan, 1);
}

static void kv_rocks_snapshot_release(struct kv_rocks_snapshot *snapshot)
{
    rocksdb_readoptions_destroy(snapshot->get);
    rocksdb_readoptions_destroy(snapshot->one_prefix);
    rocksdb_readoptions_destroy(snapshot->scan);
    buf_release(&snapshot->keys);
}

static void kv_rocks_snapshot_open(struct kv *kv, void **out)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);
    kv_rocks_snapshot_init(snapshot, kv->read_only ? NULL : rocksdb_create_snapshot(rocks->db));
    *out = snapshot;
}

static void kv_rocks_snapshot_close(struct kv *kv, void *taken)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken;
    kv_rocks_snapshot_release(snapshot);
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

/* What RocksDB must be asked. */
struct kv_rocks_question {
    const char *data[KV_ROCKS_GET_MAX];
    size_t sizes[KV_ROCKS_GET_MAX];
    size_t which[KV_ROCKS_GET_MAX]; /* of the caller's keys */
    size_t count;
};

static void kv_rocks_ask(const struct kv_rocks *rocks, struct kv_rocks_snapshot *snapshot,
                         enum kv_column column, const struct str *keys, size_t count,
                         struct kv_rocks_question *question)
{
    assert(count <= KV_ROCKS_GET_MAX);
    size_t at = 0;
    question->count = 0;
    snapshot->keys.size = 0;
    for (size_t i = 0; i < count; i++) {
        kv_rocks_put_key(&snapshot->keys, column, keys[i]);
    }
    for (size_t i = 0; i < count; at += keys[i++].size + 1) {
        struct str key = str_make(snapshot->keys.data + at, keys[i].size + 1);
        if (rocks->absent == NULL || !kv_absent_is(rocks->absent, key)) {
            question->data[question->count] = key.data;
            question->sizes[question->count] = key.size;
            question->which[question->count++] = i;
        }
    }
    assert(at == snapshot->keys.size);
    assert(question->count <= count);
}

static struct status kv_rocks_get_batch(struct kv_rocks *rocks, struct kv_rocks_snapshot *snapshot,
                                        struct arena *arena, enum kv_column column,
                                        const struct str *keys, size_t count,
                                        struct kv_value *values)
{
    struct kv_rocks_question question;
    rocksdb_pinnableslice_t *pinned[KV_ROCKS_GET_MAX] = { 0 };
    char *messages[KV_ROCKS_GET_MAX] = { 0 };
    assert(count <= KV_ROCKS_GET_MAX);
    kv_rocks_ask(rocks, snapshot, column, keys, count, &question);
    if (question.count == 1) {
        pinned[0] = rocksdb_get_pinned(rocks->db, snapshot->get, question.data[0],
                                       question.sizes[0], &messages[0]);
    } else if (question.count > 1) {
        rocksdb_batched_multi_get_cf(rocks->db, snapshot->get, rocks->column, question.count,
                                     question.data, question.sizes, pinned, messages, false);
    }
    struct status st = status_ok();
    memset(values, 0, count * sizeof *values);
    for (size_t i = 0; i < question.count; i++) {
        struct status one =
            kv_rocks_take(arena, pinned[i], messages[i], &values[question.which[i]]);
        st = st.code == STATUS_OK ? one : st;
    }
    return st;
}

static struct status kv_rocks_get(struct kv *kv, void *taken, struct arena *arena,
                                  enum kv_column column, const struct str *keys, size_t keys_count,
                                  struct kv_value *values)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken == NULL ? &rocks->now : taken;
    while (keys_count > 0) {
        size_t count = keys_count < KV_ROCKS_GET_MAX ? keys_count : KV_ROCKS_GET_MAX;
        TRY(kv_rocks_get_batch(rocks, snapshot, arena, column, keys, count, values));
        keys += count;
        values += count;
        keys_count -= count;
    }
    return status_ok();
}

/* --- iterators --- */

struct kv_rocks_iter {
    struct kv_iter base;
    const struct kv_absent *absent; /* of a scan of one prefix, or NULL */
    rocksdb_iterator_t *iter;
    enum kv_column column;
    struct buf key; /* scratch */
};

/* Takes over where RocksDB's iterator stands now, if that is in the column. */
static struct status kv_rocks_iter_read(struct kv_rocks_iter *iter)
{
    iter->base.valid = rocksdb_iter_valid(iter->iter);
    if (iter->base.valid) {
        struct str key;
        key.data = rocksdb_iter_key(iter->iter, &key.size);
        iter->base.key = str_from(key, 1);
        iter->base.value.data = rocksdb_iter_value(iter->iter, &iter->base.value.size);
        iter->base.valid = (uint8_t)key.data[0] == (uint8_t)iter->column;
        return status_ok();
    }
    char *message = NULL;
    rocksdb_iter_get_error(iter->iter, &message);
    return kv_rocks_status(message);
}

static void kv_rocks_iter_key(struct kv_rocks_iter *iter, struct str key)
{
    assert(iter->column < KV_COLUMNS);
    iter->key.size = 0;
    kv_rocks_put_key(&iter->key, iter->column, key);
}

static bool kv_rocks_iter_is_absent(const struct kv_rocks_iter *iter)
{
    struct str key = buf_str(&iter->key);
    size_t prefix = iter->absent != NULL ? kv_rocks_prefix_size(key) : 0;
    return prefix > 0 && kv_absent_is(iter->absent, str_make(key.data, prefix));
}

static struct status kv_rocks_iter_seek(struct kv_iter *base, struct str key)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    kv_rocks_iter_key(iter, key);
    iter->base.valid = false;
    if (kv_rocks_iter_is_absent(iter)) {
        return status_ok();
    }
    rocksdb_iter_seek(iter->iter, iter->key.data, iter->key.size);
    return kv_rocks_iter_read(iter);
}

static struct status kv_rocks_iter_seek_back(struct kv_iter *base, struct str key)
{
    struct kv_rocks_iter *iter = (struct kv_rocks_iter *)base;
    kv_rocks_iter_key(iter, key);
    rocksdb_iter_seek_for_prev(iter->iter, iter->key.data, iter->key.size);
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
    buf_release(&iter->key);
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
                                          bool one_prefix)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct kv_rocks_snapshot *snapshot = taken;
    struct kv_rocks_iter *iter = mem_zalloc(1, sizeof *iter);
    assert(snapshot != NULL && column < KV_COLUMNS);
    iter->base.ops = &kv_rocks_iter_ops;
    iter->column = column;
    iter->absent = one_prefix ? rocks->absent : NULL;
    iter->iter =
        rocksdb_create_iterator(rocks->db, one_prefix ? snapshot->one_prefix : snapshot->scan);
    return &iter->base;
}

/* --- writing --- */

static void kv_rocks_put(struct kv *kv, enum kv_column column, struct str key, struct str value)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    struct str put = kv_batch_put(rocks->batch, column, key, value);
    assert(put.size == key.size + 1);
    if (rocks->absent != NULL) {
        kv_absent_put(rocks->absent, put);
    }
}

static void kv_rocks_remove(struct kv *kv, enum kv_column column, struct str key)
{
    kv_batch_remove(((struct kv_rocks *)kv)->batch, column, key);
}

static void kv_rocks_discard(struct kv *kv)
{
    kv_batch_clear(((struct kv_rocks *)kv)->batch);
}

/* RocksDB must not meet the end of the disk: where a file of its own could not be written, it goes
 * on to ask that file for its state, and Debian's build asserts that it is well. So nothing is
 * opened or taken that may not fit, with what else is in memory, twice for compaction. */
static struct status kv_rocks_room(const struct kv_rocks *rocks, size_t size)
{
    return disk_room(rocks->path.data, KV_ROCKS_DISK_LEFT_MIN + 2 * (rocks->unflushed_size + size));
}

static struct status kv_rocks_commit(struct kv *kv, bool durable)
{
    assert(!kv->read_only);
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    size_t size = kv_batch_size(rocks->batch);
    struct status st = kv_rocks_room(rocks, size);
    if (st.code == STATUS_OK && durable) {
        st = kv_batch_ingest(rocks->batch);
    } else if (st.code == STATUS_OK) {
        st = kv_batch_write(rocks->batch);
        rocks->unflushed_size += size;
    }
    kv_batch_clear(rocks->batch);
    assert(kv_batch_size(rocks->batch) == 0);
    if (rocks->absent != NULL) {
        kv_absent_grow(rocks->absent);
    }
    return st;
}

static struct status kv_rocks_flush(struct kv *kv)
{
    struct kv_rocks *rocks = (struct kv_rocks *)kv;
    TRY(kv_rocks_room(rocks, 0));
    char *message = NULL;
    rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
    rocksdb_flush(rocks->db, options, &message);
    rocksdb_flushoptions_destroy(options);
    TRY(kv_rocks_status(message));
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

static void kv_rocks_figures(const struct kv *kv, struct store_figures *figures)
{
    const struct kv_rocks *rocks = (const struct kv_rocks *)kv;
    store_figures_add(rocks->db, rocks->cache, figures);
}

/* --- life --- */

static void kv_rocks_free(struct kv_rocks *rocks)
{
    kv_absent_close(rocks->absent);
    kv_batch_free(rocks->batch);
    kv_rocks_snapshot_release(&rocks->now);
    if (rocks->column != NULL) {
        rocksdb_column_family_handle_destroy(rocks->column);
    }
    if (rocks->db != NULL) {
        rocksdb_close(rocks->db);
    }
    rocksdb_options_destroy(rocks->options);
    rocksdb_compactionfilter_destroy(rocks->forgetting);
    rocksdb_cache_destroy(rocks->cache);
    buf_release(&rocks->path);
    mem_free(rocks);
}

static void kv_rocks_close(struct kv *kv)
{
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
    .figures = kv_rocks_figures,
    .close = kv_rocks_close,
};

static struct kv_rocks *kv_rocks_new(const struct store_options *options)
{
    enum { CACHE_DEFAULT = 32 << 20 };
    struct kv_rocks *rocks = mem_zalloc(1, sizeof *rocks);
    rocks->base.ops = &kv_rocks_ops;
    rocks->base.read_only = options->secondary != NULL;
    rocks->base.forgets = options->forgets;
    rocks->cache =
        rocksdb_cache_create_lru(options->cache_size > 0 ? options->cache_size : CACHE_DEFAULT);
    rocks->options = kv_rocks_options(rocks->cache);
    if (options->knows_absent) {
        kv_rocks_options_let_files_lie(rocks->options);
    }
    rocks->forgetting = kv_rocks_forgetting(&rocks->base);
    rocksdb_options_set_compaction_filter(rocks->options, rocks->forgetting);
    rocksdb_options_set_create_if_missing(rocks->options, options->create);
    kv_rocks_snapshot_init(&rocks->now, NULL);
    buf_append(&rocks->path, str_z(options->path));
    buf_byte(&rocks->path, 0);
    return rocks;
}

/* A reader's own files are made in a folder of its own. Where there is no room even for that, it
 * does without: it sees the store as it is now, which is all that a reader wants of it. */
static void kv_rocks_open_reader(struct kv_rocks *rocks, const struct store_options *options,
                                 char **message)
{
    static const char *const names[] = { "default" };
    const rocksdb_options_t *const each[] = { rocks->options };
    bool own = mkdir(options->secondary, 0700) == 0 || errno == EEXIST;
    rocks->db =
        own ? rocksdb_open_as_secondary_column_families(rocks->options, options->path,
                                                        options->secondary, 1, names, each,
                                                        &rocks->column, message)
            : rocksdb_open_for_read_only_column_families(rocks->options, options->path, 1, names,
                                                         each, &rocks->column, 0, message);
}

static struct status kv_rocks_open_owner(struct kv_rocks *rocks,
                                         const struct store_options *options)
{
    static const char *const names[] = { "default" };
    const rocksdb_options_t *const each[] = { rocks->options };
    char *message = NULL;
    if (options->create && mkdir(options->path, 0700) != 0 && errno != EEXIST) {
        return status_error(STATUS_UNAVAILABLE, "expected to make '%s': %s", options->path,
                            strerror(errno));
    }
    TRY(kv_rocks_room(rocks, 0));
    rocks->db = rocksdb_open_column_families(rocks->options, options->path, 1, names, each,
                                             &rocks->column, &message);
    return kv_rocks_status(message);
}

struct status kv_rocks_open(const struct store_options *options, struct kv **kv)
{
    if (!options->create) {
        TRY(kv_rocks_exists(options->path));
    }
    struct kv_rocks *rocks = kv_rocks_new(options);
    struct status st;
    if (options->secondary != NULL) {
        char *message = NULL;
        kv_rocks_open_reader(rocks, options, &message);
        st = kv_rocks_status(message);
    } else {
        st = kv_rocks_open_owner(rocks, options);
    }
    if (st.code != STATUS_OK) {
        kv_rocks_free(rocks);
        return st;
    }
    rocks->batch = kv_batch_new(options->path, rocks->db);
    rocks->absent = options->knows_absent ? kv_absent_open(rocks->db, KV_ROCKS_KEYS_MIN) : NULL;
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
