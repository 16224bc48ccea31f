/* What the two files of the kv on RocksDB share. */
#ifndef CORE_STORE_KV_ROCKS_H
#define CORE_STORE_KV_ROCKS_H

#include <rocksdb/c.h>

#include "core/store/kv.h"

/* What a message of RocksDB means for us; takes it. NULL is OK. */
MUST_USE struct status kv_rocks_status(char *message);

/* The options of a column; borrows the cache. Gives them. */
rocksdb_options_t *kv_rocks_options(enum kv_column column, rocksdb_cache_t *cache);
/* Changes them for a store that is filled: the cheaper compression, and files are merged by the
 * dozen, later ones when it is open for use. */
void kv_rocks_options_fill(rocksdb_options_t *options);

#endif
