/* What the files of the kv on RocksDB share. */
#ifndef CORE_STORE_KV_ROCKS_H
#define CORE_STORE_KV_ROCKS_H

#include <rocksdb/c.h>

#include "core/base/buf.h"
#include "core/store/kv.h"

/* A row's key in RocksDB, where all columns lie in one key space: the column, then the key. Appends
 * it. */
static inline void kv_rocks_put_key(struct buf *to, enum kv_column column, struct str key)
{
    buf_byte(to, (uint8_t)column);
    buf_append(to, key);
}

/* Rows of histories have the prefix that a look-up asks for: all but the version. Those of an index
 * have all but the last part: whether there is one with these parts is asked often, and mostly
 * there is none. Bytes of a key of RocksDB; 0: no prefix. */
size_t kv_rocks_prefix_size(struct str key);

/* NOT_FOUND: there is no store. RocksDB makes folder and files even where it then fails, so it is
 * asked first. */
MUST_USE struct status kv_rocks_exists(const char *path);
/* Adds what a database takes. */
void store_figures_add(rocksdb_t *db, const rocksdb_cache_t *cache, struct store_figures *figures);
/* What a message of RocksDB means for us; takes it. NULL is OK. */
MUST_USE struct status kv_rocks_status(char *message);

/* The options of the database; borrows the cache. Gives them. */
rocksdb_options_t *kv_rocks_options(rocksdb_cache_t *cache);
/* The same for a store whose reader knows what is absent: more files, merged less often. */
void kv_rocks_options_let_files_lie(rocksdb_options_t *options);
/* What drops rows that the kv forgets whenever files are merged. Borrows the kv. Gives it. */
rocksdb_compactionfilter_t *kv_rocks_forgetting(const struct kv *kv);
/* Those of a file that is written apart. Gives them. */
rocksdb_options_t *kv_rocks_file_options(void);

#endif
