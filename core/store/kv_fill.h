/* How a new store is filled: each batch becomes one sorted file a column, which RocksDB takes as it
 * is. Beside writing it through memory this saves two thirds of the CPU, but a crash or failure
 * between two files tears a batch: only for a store that is thrown away then. Internal to
 * core/store. */
#ifndef CORE_STORE_KV_FILL_H
#define CORE_STORE_KV_FILL_H

#include "core/store/kv_rocks.h"

struct kv_fill;

/* Borrows the database, and each column's options and handle. Gives it. */
struct kv_fill *kv_fill_new(const char *path, rocksdb_t *db, rocksdb_options_t *const *options,
                            rocksdb_column_family_handle_t *const *columns);
/* Forgets a batch; NULL is fine. */
void kv_fill_free(struct kv_fill *fill);

/* Within a batch keys of a column come in ascending order. */
void kv_fill_put(struct kv_fill *fill, enum kv_column column, struct str key, struct str value);
void kv_fill_remove(struct kv_fill *fill, enum kv_column column, struct str key);
/* Hands the batch over. After a failure the store holds a part of it: it must not be used. */
MUST_USE struct status kv_fill_commit(struct kv_fill *fill);
void kv_fill_discard(struct kv_fill *fill);

#endif
