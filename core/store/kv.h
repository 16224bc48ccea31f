/* The port below the versioned store: ordered columns of plain keys and values, atomic batches,
 * snapshots and iterators. Backends: RocksDB (kv_rocks.c) and memory (kv_mem.c), the latter also
 * as a layer on another kv. Internal to core/store. */
#ifndef CORE_STORE_KV_H
#define CORE_STORE_KV_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/base/str.h"
#include "core/store/store.h"

/* For ever: stores on disk have them in their keys. A history lies right behind what it is of. */
enum kv_column {
    KV_ENTITY = 0,
    KV_ENTITY_HISTORY = 1,
    KV_INDEX = 2,
    KV_INDEX_HISTORY = 3,
    KV_INDEX_LATEST = 4,
    KV_APPEND = 5,
    KV_META = 6,        /* the store's own rows: here one of any format says which that is */
    KV_ENTITY_GONE = 7, /* keys that were ever deleted, whatever became of them since */
    KV_INDEX_GONE = 8,
    KV_COLUMNS = 9,
};
static_assert(KV_META == 6, "a store of another format is known by its row there");
static_assert(KV_ENTITY_HISTORY == KV_ENTITY + 1, "a history lies right behind what it is of");
static_assert(KV_INDEX_HISTORY == KV_INDEX + 1, "a history lies right behind what it is of");

/* The last 8 bytes of a history's key are a version. */
enum { KV_VERSION_SIZE = 8 };

struct kv_value {
    bool found;
    struct str bytes;
};

struct kv_iter;
struct kv_iter_ops {
    struct status (*seek)(struct kv_iter *iter, struct str key);      /* first at or after */
    struct status (*seek_back)(struct kv_iter *iter, struct str key); /* last at or before */
    struct status (*next)(struct kv_iter *iter);                      /* only while valid */
    struct status (*prev)(struct kv_iter *iter);
    void (*close)(struct kv_iter *iter);
};

/* Backends embed it. Key and value are borrowed until the next move. */
struct kv_iter {
    const struct kv_iter_ops *ops;
    bool valid;
    struct str key;
    struct str value;
};

struct kv;
struct store_figures;
struct kv_ops {
    /* Gives a snapshot; *snapshot may be NULL where the backend needs none. */
    void (*snapshot_open)(struct kv *kv, void **snapshot);
    void (*snapshot_close)(struct kv *kv, void *snapshot);
    /* Values lie in the arena. A NULL snapshot reads what is there now. */
    struct status (*get)(struct kv *kv, void *snapshot, struct arena *arena, enum kv_column column,
                         const struct str *keys, size_t keys_count, struct kv_value *values);
    /* `one_prefix`: of what is sought only those rows are asked for that begin like it: in a
     * history as far as the version, in KV_INDEX as far as the last part (key.h); others need not
     * be found. Gives an iterator. */
    struct kv_iter *(*iter_open)(struct kv *kv, void *snapshot, enum kv_column column,
                                 bool one_prefix);
    /* Collect one batch, copying; then commit all of it or forget it. `durable`: it survives a
     * crash as soon as it is committed; this is cheaper for large batches, costs a file for each,
     * and asks for keys in ascending order within each column, with nothing in memory before. */
    void (*put)(struct kv *kv, enum kv_column column, struct str key, struct str value);
    void (*remove)(struct kv *kv, enum kv_column column, struct str key);
    struct status (*commit)(struct kv *kv, bool durable);
    void (*discard)(struct kv *kv);
    struct status (*flush)(struct kv *kv);
    struct status (*catch_up)(struct kv *kv);
    /* Adds what it takes. */
    void (*figures)(const struct kv *kv, struct store_figures *figures);
    void (*close)(struct kv *kv);
};

struct kv {
    const struct kv_ops *ops;
    bool read_only;
    struct store_forgets forgets; /* of KV_APPEND */
};

static inline bool kv_forgets(const struct kv *kv, struct str key, struct str value)
{
    return kv->forgets.row != NULL && kv->forgets.row(kv->forgets.self, key, value);
}

/* An empty kv in memory on `under`, which is borrowed and may be NULL. Gives it. */
struct kv *kv_mem_new(struct kv *under);
void kv_mem_fail_at(struct kv *kv, long n);
bool kv_mem_failed(struct kv *kv);
/* Opens RocksDB; statuses as store_open. `created` says that there was nothing. */
MUST_USE struct status kv_rocks_open(const struct store_options *options, struct kv **kv);
MUST_USE struct status kv_rocks_destroy(const char *path);

#endif
