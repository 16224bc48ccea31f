/* The rows of one batch on their way into RocksDB. Internal to core/store. */
#ifndef CORE_STORE_KV_BATCH_H
#define CORE_STORE_KV_BATCH_H

#include "core/store/kv_rocks.h"

struct kv_batch;

/* An empty batch for the store in the folder `path`; borrows the database. Gives it. */
struct kv_batch *kv_batch_new(const char *path, rocksdb_t *db);
void kv_batch_free(struct kv_batch *batch); /* NULL is fine */

/* Gives RocksDB's key, borrowed until the next call. */
struct str kv_batch_put(struct kv_batch *batch, enum kv_column column, struct str key,
                        struct str value);
void kv_batch_remove(struct kv_batch *batch, enum kv_column column, struct str key);
void kv_batch_clear(struct kv_batch *batch);
/* Bytes of rows so far. */
size_t kv_batch_size(const struct kv_batch *batch);

/* Puts the rows into RocksDB's memory, all or none. The batch stays. */
MUST_USE struct status kv_batch_write(struct kv_batch *batch);
/* Writes them as one sorted file, which RocksDB takes over, all or none: they survive a crash at
 * once. Keys must have come in ascending order within each column, none twice. The batch stays. */
MUST_USE struct status kv_batch_ingest(struct kv_batch *batch);

#endif
