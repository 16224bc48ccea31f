/* How RocksDB is set up, and what its errors mean. */
#include "core/store/kv_rocks.h"

#include <sys/stat.h>

#include "core/store/key.h"

/* --- errors --- */

/* Whatever is not clearly the disk or another owner is damage: the store is folded again. */
struct status kv_rocks_status(char *message)
{
    static const struct {
        const char *text;
        enum status_code code;
    } known[] = {
        { "does not exist (create_if_missing is false)", STATUS_NOT_FOUND },
        { "/LOCK: ", STATUS_UNAVAILABLE },
        { "No space left", STATUS_UNAVAILABLE },
        { "File too large", STATUS_UNAVAILABLE },
        { "Too many open files", STATUS_UNAVAILABLE },
    };
    if (message == NULL) {
        return status_ok();
    }
    enum status_code code = STATUS_DATA_LOSS;
    bool corrupt = str_starts(str_z(message), STR("Corruption:"));
    for (size_t i = 0; !corrupt && i < sizeof known / sizeof known[0]; i++) {
        code = strstr(message, known[i].text) != NULL ? known[i].code : code;
    }
    struct status st = status_error(code, "%s", message);
    rocksdb_free(message);
    return st;
}

/* --- options --- */

static void kv_rocks_none(void *self)
{
    (void)self;
}

size_t kv_rocks_prefix_size(struct str key)
{
    if (key.size > KV_VERSION_SIZE &&
        (key.data[0] == KV_ENTITY_HISTORY || key.data[0] == KV_INDEX_HISTORY)) {
        return key.size - KV_VERSION_SIZE;
    }
    size_t before =
        key.size > 0 && key.data[0] == KV_INDEX ? key_size_before_last(str_from(key, 1)) : 0;
    assert(before < key.size || before == 0);
    return before == 0 ? 0 : before + 1;
}

/* Iterators ask for the prefix of what has none, too: that it is another one. */
static char *kv_rocks_prefix(void *self, const char *key, size_t size, size_t *prefix_size)
{
    (void)self;
    size_t prefix = kv_rocks_prefix_size(str_make(key, size));
    *prefix_size = prefix == 0 ? size : prefix;
    return (char *)(uintptr_t)key;
}

static unsigned char kv_rocks_in_domain(void *self, const char *key, size_t size)
{
    (void)self;
    return kv_rocks_prefix_size(str_make(key, size)) > 0;
}

static unsigned char kv_rocks_in_range(void *self, const char *key, size_t size)
{
    (void)self;
    (void)key;
    (void)size;
    return 0;
}

static const char *kv_rocks_prefix_name(void *self)
{
    (void)self;
    return "agency.history_without_version_index_without_id";
}

/* `cache`: NULL for a file that is only written. */
static void kv_rocks_table(rocksdb_options_t *options, rocksdb_cache_t *cache,
                           rocksdb_filterpolicy_t *filter)
{
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_size(table, 8192);
    if (cache != NULL) {
        rocksdb_block_based_options_set_block_cache(table, cache);
    } else {
        rocksdb_block_based_options_set_no_block_cache(table, 1);
    }
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_block_based_options_set_filter_policy(table, filter);
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
}

static rocksdb_options_t *kv_rocks_basic_options(void)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_options_set_compression(options, rocksdb_lz4_compression);
    rocksdb_options_set_prefix_extractor(
        options,
        rocksdb_slicetransform_create(NULL, kv_rocks_none, kv_rocks_prefix, kv_rocks_in_domain,
                                      kv_rocks_in_range, kv_rocks_prefix_name));
    return options;
}

/* The writer flushes long before: 64 MiB may wait, a batch be as large, twice that with history. */
enum { KV_ROCKS_MEMORY_MAX = 512 << 20 };

/* Compactions wait for whoever decides or asks. Those who write wait for them where too many files
 * lie. Flushes are few, and in the caller's time. Of the whole process. */
static void kv_rocks_lower_compactions(void)
{
    rocksdb_env_t *env = rocksdb_create_default_env();
    rocksdb_env_lower_thread_pool_cpu_priority(env);
    rocksdb_env_destroy(env);
}

/* What is in memory goes to the disk by kv_flush or not at all: the store brings along there what
 * belongs to it, and has asked for room. RocksDB's own last flush would do neither; C has no other
 * way to say so. */
static rocksdb_options_t *kv_rocks_close_as_in_a_crash(rocksdb_options_t *options)
{
    rocksdb_options_t *out = rocksdb_options_create();
    char *message = NULL;
    rocksdb_get_options_from_string(options, "avoid_flush_during_shutdown=true", out, &message);
    assert(message == NULL);
    rocksdb_options_destroy(options);
    return out;
}

/* Measured: LZ4 above and zstd at the bottom; a look-up in a history finds its file by the prefix
 * without the version. A key that is not there costs a cache miss for each file: with Bloom's
 * filter it is one, with Ribbon's, which is smaller, it is two or three. Files of batches are
 * smaller than those from memory, so a few more of them are let lie before they are merged. */
rocksdb_options_t *kv_rocks_options(rocksdb_cache_t *cache)
{
    rocksdb_options_t *options = kv_rocks_basic_options();
    rocksdb_options_set_max_background_jobs(options, 2);
    rocksdb_options_set_manifest_preallocation_size(options, 64 << 10); /* not 4 MiB of each */
    kv_rocks_lower_compactions();
    rocksdb_options_set_keep_log_file_num(options, 2);
    rocksdb_options_set_info_log_level(options, 2); /* warnings */
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_options_set_write_buffer_size(options, KV_ROCKS_MEMORY_MAX);
    rocksdb_options_set_max_write_buffer_number(options, 2);
    rocksdb_options_set_max_bytes_for_level_base(options, 256 << 20);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
    rocksdb_options_set_level0_file_num_compaction_trigger(options, 8);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, 24);
    rocksdb_options_set_level0_stop_writes_trigger(options, 36);
    rocksdb_options_set_bottommost_compression(options, rocksdb_zstd_compression);
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.0025); /* zeroed each flush */
    rocksdb_options_set_memtable_whole_key_filtering(options, 1);
    kv_rocks_table(options, cache, rocksdb_filterpolicy_create_bloom_full(10));
    return kv_rocks_close_as_in_a_crash(options);
}

/* A file more costs little where most look-ups ask none, and each merge writes all anew. */
void kv_rocks_options_let_files_lie(rocksdb_options_t *options)
{
    rocksdb_options_set_level0_file_num_compaction_trigger(options, 16);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, 32);
    rocksdb_options_set_level0_stop_writes_trigger(options, 48);
}

/* RocksDB would take a file of its own level for one of the last, and spend on it accordingly. */
rocksdb_options_t *kv_rocks_file_options(void)
{
    enum { DISABLED = 0xFF };
    rocksdb_options_t *options = kv_rocks_basic_options();
    rocksdb_options_set_bottommost_compression(options, DISABLED);
    kv_rocks_table(options, NULL, rocksdb_filterpolicy_create_bloom_full(10));
    return options;
}

/* --- what is forgotten --- */

static unsigned char kv_rocks_forget(void *self, int level, const char *key, size_t key_size,
                                     const char *value, size_t value_size, char **changed,
                                     size_t *changed_size, unsigned char *is_changed)
{
    (void)level, (void)changed, (void)changed_size, (void)is_changed;
    return key_size > 0 && key[0] == KV_APPEND &&
           kv_forgets(self, str_make(key + 1, key_size - 1), str_make(value, value_size));
}

static const char *kv_rocks_forgetting_name(void *self)
{
    (void)self;
    return "agency.forgotten_answers";
}

rocksdb_compactionfilter_t *kv_rocks_forgetting(const struct kv *kv)
{
    return rocksdb_compactionfilter_create((void *)(uintptr_t)kv, kv_rocks_none, kv_rocks_forget,
                                           kv_rocks_forgetting_name);
}

/* --- what is there --- */

struct status kv_rocks_exists(const char *path)
{
    assert(path[0] != '\0');
    struct buf current = { 0 };
    struct stat found;
    buf_printf(&current, "%s/CURRENT", path);
    buf_byte(&current, 0);
    bool exists = stat(current.data, &found) == 0;
    buf_release(&current);
    return exists ? status_ok() : status_error(STATUS_NOT_FOUND, "expected a store there");
}
