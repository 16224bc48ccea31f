/* The filter is of lines of 64 bytes, so that a question costs one cache miss; a key sets six bits
 * of one line (Putze, Sanders, Singler 2007).
 *
 * Invariants: (1) the filter that answers has every key of the database: those that were there when
 * its reading began, from the reading, and all since, from kv_absent_put, which is told before they
 * are written; (2) bits are never taken back, so a removed key costs a look-up, no more; (3) a
 * filter that has answered lives as long as the database: somebody may still be asking it. */
#include "core/store/kv_absent.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/hmap.h"
#include "core/base/memory.h"

enum {
    ABSENT_WORDS = 8, /* of a line */
    ABSENT_LINE_BITS = 512,
    ABSENT_KEY_BITS = 12, /* room for a key; with half of it, one of 12 absent keys is looked for */
    ABSENT_KEY_PROBES = 6, /* of 9 bits each */
    ABSENT_READAHEAD = 1 << 20,
};
static_assert(ABSENT_WORDS * 64 == ABSENT_LINE_BITS, "a line is its words");
static_assert((ABSENT_WORDS & (ABSENT_WORDS - 1)) == 0, "a word is found by a mask");
static_assert(ABSENT_KEY_PROBES * 9 <= 64, "a hash has the bits of all probes");

struct absent_filter {
    const struct absent_filter *before; /* the smaller one that answered before */
    _Atomic uint64_t *words;
    uint64_t lines;
    uint64_t keys_max; /* above them it is time for a larger one */
    _Atomic uint64_t keys;
};

struct kv_absent {
    rocksdb_t *db;
    _Atomic(struct absent_filter *) answers; /* NULL: none yet */
    struct absent_filter *fills;             /* the newest, which answers once it is read */
    pthread_t thread;
    bool runs;
    atomic_bool read; /* the thread is done */
    atomic_bool stop;
};

/* ---- a filter ---- */

static struct absent_filter *absent_filter_new(uint64_t keys, const struct absent_filter *before)
{
    assert(keys > 0);
    assert(before == NULL || keys >= before->keys_max);
    struct absent_filter *filter = mem_zalloc(1, sizeof *filter);
    filter->before = before;
    filter->keys_max = keys;
    filter->lines = filter->keys_max * ABSENT_KEY_BITS / ABSENT_LINE_BITS + 1;
    filter->words = mem_zalloc(filter->lines, ABSENT_WORDS * sizeof *filter->words);
    return filter;
}

static void absent_filter_free(const struct absent_filter *filter)
{
    while (filter != NULL) {
        const struct absent_filter *before = filter->before;
        mem_free((void *)(uintptr_t)filter->words);
        mem_free((void *)(uintptr_t)filter);
        filter = before;
    }
}

static _Atomic uint64_t *absent_filter_line(const struct absent_filter *filter, uint64_t hash)
{
    return &filter->words[((hash >> 32) * filter->lines >> 32) * ABSENT_WORDS];
}

/* The bits of a line that stand for a hash, 9 bits of which say each. */
static uint64_t absent_probes(uint64_t hash)
{
    return hash * UINT64_C(0xD6E8FEB86659FD93);
}

static void absent_filter_add(struct absent_filter *filter, uint64_t hash)
{
    _Atomic uint64_t *line = absent_filter_line(filter, hash);
    uint64_t probes = absent_probes(hash), added = 0;
    for (int i = 0; i < ABSENT_KEY_PROBES; i++, probes >>= 9) {
        uint64_t bit = UINT64_C(1) << (probes & 63);
        _Atomic uint64_t *word = &line[probes >> 6 & (ABSENT_WORDS - 1)];
        if ((atomic_load_explicit(word, memory_order_relaxed) & bit) == 0) {
            atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
            added = 1;
        }
    }
    atomic_fetch_add_explicit(&filter->keys, added, memory_order_relaxed);
}

static bool absent_filter_has(const struct absent_filter *filter, uint64_t hash)
{
    const _Atomic uint64_t *line = absent_filter_line(filter, hash);
    uint64_t probes = absent_probes(hash);
    for (int i = 0; i < ABSENT_KEY_PROBES; i++, probes >>= 9) {
        uint64_t word =
            atomic_load_explicit(&line[probes >> 6 & (ABSENT_WORDS - 1)], memory_order_relaxed);
        if ((word >> (probes & 63) & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* The key, and what else is asked for it by. */
static void absent_filter_add_key(struct absent_filter *filter, struct str key)
{
    assert(key.size > 0);
    absent_filter_add(filter, hmap_hash(key));
    size_t prefix = key.data[0] == KV_INDEX ? kv_rocks_prefix_size(key) : 0;
    if (prefix > 0) {
        absent_filter_add(filter, hmap_hash(str_make(key.data, prefix)));
    }
}

/* ---- reading all keys ---- */

static bool absent_covers(enum kv_column column)
{
    return column != KV_ENTITY_HISTORY && column != KV_INDEX_HISTORY && column != KV_ENTITY_GONE &&
           column != KV_INDEX_GONE;
}

static void absent_read_column(struct kv_absent *absent, rocksdb_iterator_t *iter,
                               enum kv_column column)
{
    const char first = (char)column;
    assert(absent_covers(column));
    rocksdb_iter_seek(iter, &first, 1);
    while (rocksdb_iter_valid(iter) && !atomic_load(&absent->stop)) {
        struct str key;
        key.data = rocksdb_iter_key(iter, &key.size);
        if (key.data[0] != first) {
            break;
        }
        absent_filter_add_key(absent->fills, key);
        rocksdb_iter_next(iter);
    }
}

/* Whether all keys were read. */
static bool absent_read(struct kv_absent *absent)
{
    rocksdb_readoptions_t *options = rocksdb_readoptions_create();
    rocksdb_readoptions_set_total_order_seek(options, 1);
    rocksdb_readoptions_set_fill_cache(options, 0);
    rocksdb_readoptions_set_readahead_size(options, ABSENT_READAHEAD);
    rocksdb_iterator_t *iter = rocksdb_create_iterator(absent->db, options);
    char *message = NULL;
    for (int column = 0; column < KV_COLUMNS && message == NULL; column++) {
        if (absent_covers((enum kv_column)column)) {
            absent_read_column(absent, iter, (enum kv_column)column);
            rocksdb_iter_get_error(iter, &message);
        }
    }
    rocksdb_iter_destroy(iter);
    rocksdb_readoptions_destroy(options);
    bool failed = message != NULL;
    rocksdb_free(message);
    return !failed && !atomic_load(&absent->stop);
}

static void *absent_run(void *self)
{
    enum { LOWEST = 19 };
    struct kv_absent *absent = self;
    pthread_setname_np(pthread_self(), "absent");
    setpriority(PRIO_PROCESS, (id_t)gettid(), LOWEST);
    if (absent_read(absent)) {
        atomic_store_explicit(&absent->answers, absent->fills, memory_order_release);
    }
    atomic_store(&absent->read, true);
    return NULL;
}

/* Without a thread the filter before goes on answering, or none. */
static void absent_begin(struct kv_absent *absent, uint64_t keys)
{
    assert(!absent->runs);
    absent->fills = absent_filter_new(keys, absent->fills);
    atomic_store(&absent->read, false);
    absent->runs = pthread_create(&absent->thread, NULL, absent_run, absent) == 0;
}

static void absent_join(struct kv_absent *absent)
{
    if (absent->runs) {
        pthread_join(absent->thread, NULL);
        absent->runs = false;
    }
}

/* ---- the whole ---- */

struct kv_absent *kv_absent_open(rocksdb_t *db, uint64_t keys_min)
{
    struct kv_absent *absent = mem_zalloc(1, sizeof *absent);
    uint64_t keys = 0;
    absent->db = db;
    (void)rocksdb_property_int(db, "rocksdb.estimate-num-keys", &keys); /* 0: the least is enough */
    absent_begin(absent, 2 * keys > keys_min ? 2 * keys : keys_min);
    return absent;
}

void kv_absent_close(struct kv_absent *absent)
{
    if (absent != NULL) {
        atomic_store(&absent->stop, true);
        absent_join(absent);
        absent_filter_free(absent->fills);
        mem_free(absent);
    }
}

void kv_absent_put(struct kv_absent *absent, struct str key)
{
    struct absent_filter *answers = atomic_load_explicit(&absent->answers, memory_order_acquire);
    assert(key.size > 0);
    assert(absent->fills != NULL);
    if (!absent_covers((enum kv_column)key.data[0])) {
        return;
    }
    absent_filter_add_key(absent->fills, key);
    if (answers != NULL && answers != absent->fills) {
        absent_filter_add_key(answers, key);
    }
}

void kv_absent_grow(struct kv_absent *absent)
{
    assert(absent->fills != NULL);
    uint64_t keys = atomic_load_explicit(&absent->fills->keys, memory_order_relaxed);
    if (keys > absent->fills->keys_max && atomic_load(&absent->read)) {
        absent_join(absent);
        absent_begin(absent, 4 * keys);
    }
}

bool kv_absent_is(const struct kv_absent *absent, struct str key)
{
    assert(key.size > 0);
    const struct absent_filter *answers =
        atomic_load_explicit(&absent->answers, memory_order_acquire);
    return answers != NULL && absent_covers((enum kv_column)key.data[0]) &&
           !absent_filter_has(answers, hmap_hash(key));
}
