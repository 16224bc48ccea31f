/* Stores for tests: the same check runs on every backend. */
#ifndef TESTS_LIB_STORE_KIT_H
#define TESTS_LIB_STORE_KIT_H

#include "core/store/store.h"
#include "tests/lib/folder_tool.h"

enum store_kit_backend {
    STORE_KIT_MEM,
    STORE_KIT_ROCKS,
    STORE_KIT_FILES,  /* RocksDB, each batch a file of its own */
    STORE_KIT_MIXED,  /* RocksDB, each batch of more than one change is */
    STORE_KIT_ABSENT, /* RocksDB, with a filter of all keys in memory */
    STORE_KIT_LAYER,  /* in memory on a RocksDB store, which can be written before */
    STORE_KIT_BACKENDS,
};

struct store_kit {
    enum store_kit_backend backend;
    char folder[FOLDER_TOOL_PATH_MAX];
    struct store *store; /* the one to test */
    struct store_writer *writer;
    struct store *under; /* of a layer */
    uint64_t written;    /* writes so far: the position of the next one */
};

void store_kit_open(struct store_kit *kit, enum store_kit_backend backend);
void store_kit_close(struct store_kit *kit);
/* Closes the store and opens it again; only for those on RocksDB. */
void store_kit_reopen(struct store_kit *kit);
/* From now on a layer's writes go above what was written so far. Nothing for other backends. */
void store_kit_settle(struct store_kit *kit);

/* Runs a check on each backend. */
void store_kit_each(void (*check)(struct store_kit *kit));

/* Writes one batch; fails the test if it cannot. */
void store_kit_write(struct store_kit *kit, const struct store_change *changes, size_t count);
/* One change as a batch of its own; a NULL value deletes. */
void store_kit_put(struct store_kit *kit, enum store_family family, const char *key,
                   uint64_t version, const char *value);

#endif
