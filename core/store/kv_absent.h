/* What is surely not in a store, known without asking RocksDB: a Bloom filter (Bloom 1970) of all
 * keys in memory. A decider asks mostly for what is not there, and each file that RocksDB has to
 * look at costs it a cache miss or two; this costs one for all.
 *
 * It knows nothing until a thread of its own, of the lowest priority, has read all keys once, and
 * does so again, for a larger filter, when many more have come. */
#ifndef CORE_STORE_KV_ABSENT_H
#define CORE_STORE_KV_ABSENT_H

#include "core/store/kv_rocks.h"

struct kv_absent;

/* Begins to read; borrows the database. The filter has room for so many keys at least, 12 bits
 * each. Without a thread it stays without an answer. */
struct kv_absent *kv_absent_open(rocksdb_t *db, uint64_t keys_min);
/* NULL is fine. */
void kv_absent_close(struct kv_absent *absent);

/* A key of RocksDB, column and all, is about to be written. By one thread. */
void kv_absent_put(struct kv_absent *absent, struct str key);
/* All that was put is written: the moment to begin with a larger filter, if it is time to. By the
 * same thread. */
void kv_absent_grow(struct kv_absent *absent);
/* True: there is no such key, or, for a prefix as kv_rocks_prefix_size says, none that begins so.
 * False says nothing. Histories are not covered. Any thread. */
bool kv_absent_is(const struct kv_absent *absent, struct str key);

#endif
