/* RocksDB counts reads by thread, at the price of an addition each; its statistics for all threads
 * cost a few per cent. */
#include "core/store/store_figures.h"

#include "core/store/internal.h"
#include "core/store/kv_rocks.h"

static uint64_t store_property(rocksdb_t *db, const char *name)
{
    uint64_t value = 0;
    return rocksdb_property_int(db, name, &value) == 0 ? value : 0;
}

void store_figures_add(rocksdb_t *db, const rocksdb_cache_t *cache, struct store_figures *figures)
{
    figures->cache_size += rocksdb_cache_get_usage((rocksdb_cache_t *)(uintptr_t)cache);
    figures->unflushed_size += store_property(db, "rocksdb.cur-size-all-mem-tables");
    figures->tables_size += store_property(db, "rocksdb.estimate-table-readers-mem");
    figures->files_size += store_property(db, "rocksdb.total-sst-files-size");
    figures->compaction_size += store_property(db, "rocksdb.estimate-pending-compaction-bytes");
}

void store_figures(const struct store *store, struct store_figures *figures)
{
    *figures = (struct store_figures){ 0 };
    store->kv->ops->figures(store->kv, figures);
}

struct store_reads store_thread_reads(void)
{
    rocksdb_set_perf_level(rocksdb_enable_count);
    rocksdb_perfcontext_t *context = rocksdb_perfcontext_create();
    struct store_reads reads = {
        .cached = rocksdb_perfcontext_metric(context, rocksdb_block_cache_hit_count),
        .read = rocksdb_perfcontext_metric(context, rocksdb_block_read_count),
    };
    rocksdb_perfcontext_destroy(context);
    return reads;
}
