/* What the files of core/store share: how families lie in columns and rows in values. */
#ifndef CORE_STORE_INTERNAL_H
#define CORE_STORE_INTERNAL_H

#include "core/base/buf.h"
#include "core/store/kv.h"
#include "core/store/root.h"
#include "core/store/store.h"

struct store {
    struct kv *kv;
    struct store_writer *writer; /* NULL while none is open */
    size_t durable_min;          /* changes from which a batch is written as a file */
};

struct store_reader {
    struct kv *kv;
    void *snapshot;
    struct kv_iter *history[KV_COLUMNS]; /* kept for as-of gets; made at the first one */
    struct kv_iter *spare[KV_COLUMNS];   /* of a scan that was closed, for the next one: making an
                                            iterator costs as much as several seeks */
    struct kv_iter *spare_last_part;     /* the same of a scan of last parts */
};

/* An iterator over a column, to be given back. */
struct kv_iter *store_reader_take_iter(struct store_reader *reader, enum kv_column column);
void store_reader_give_iter(struct store_reader *reader, enum kv_column column,
                            struct kv_iter *iter);

/* Rows of STORE_META that are the store's own. */
#define STORE_KEY_FORMAT STR("store.format")
#define STORE_KEY_POSITION STR("store.position")
#define STORE_KEY_ROOT STR("store.root") /* hash | count */
#define STORE_KEY_PART STR("store.part") /* and one byte: the lanes of this part */

/* The column of a family's latest rows. */
static inline enum kv_column store_column(enum store_family family)
{
    static const enum kv_column columns[] = {
        [STORE_META] = KV_META,     [STORE_ENTITY] = KV_ENTITY,
        [STORE_INDEX] = KV_INDEX,   [STORE_INDEX_LATEST] = KV_INDEX_LATEST,
        [STORE_APPEND] = KV_APPEND,
    };
    assert(family >= STORE_META && family <= STORE_APPEND);
    return columns[family];
}

static inline bool store_has_history(enum store_family family)
{
    return family == STORE_ENTITY || family == STORE_INDEX;
}

static inline enum kv_column store_history_column(enum store_family family)
{
    assert(store_has_history(family));
    return family == STORE_ENTITY ? KV_ENTITY_HISTORY : KV_INDEX_HISTORY;
}

/* Its keys that have a history and perhaps no latest row: they were deleted once. */
static inline enum kv_column store_gone_column(enum store_family family)
{
    assert(store_has_history(family));
    return family == STORE_ENTITY ? KV_ENTITY_GONE : KV_INDEX_GONE;
}

/* Rows of a versioned family, latest or history, are: since (8 bytes, big endian) | value. */
static inline bool store_is_versioned(enum store_family family)
{
    return family != STORE_META && family != STORE_APPEND;
}

/* Splits a stored row. DATA_LOSS when it is too short. */
MUST_USE struct status store_row_decode(enum store_family family, struct str stored,
                                        uint64_t *since, struct str *value);

/* Splits the key of a history row into the row's key and the version that ended it. */
MUST_USE struct status store_history_key(struct str stored, struct str *key, uint64_t *until);

/* Loads the root that is stored; gives it. DATA_LOSS when its parts do not add up. */
MUST_USE struct status store_root_load(struct kv *kv, void *snapshot, struct root **root);
/* Adds the root's hash and count to the kv's batch. */
void store_root_put(struct kv *kv, const struct root *root);
/* Adds the parts that have changed, and says how many. They count as saved with root_saved. */
size_t store_root_put_parts(struct kv *kv, const struct root *root);

/* Writes what the writer keeps in memory only, so that a flush is complete. */
MUST_USE struct status store_writer_save(struct store_writer *writer);

#endif
