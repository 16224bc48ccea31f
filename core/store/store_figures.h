/* What a store takes of memory and disk, and how its reads are served: for who watches. */
#ifndef CORE_STORE_STORE_FIGURES_H
#define CORE_STORE_STORE_FIGURES_H

#include "core/store/store.h"

/* In bytes; all 0 for a store in memory. */
struct store_figures {
    uint64_t cache_size;      /* of blocks that were read */
    uint64_t unflushed_size;  /* of what is not in files yet */
    uint64_t tables_size;     /* of indexes and filters of files */
    uint64_t files_size;      /* on disk */
    uint64_t compaction_size; /* that is to be merged */
};

/* Any thread, while the store is open. */
void store_figures(const struct store *store, struct store_figures *figures);

/* Blocks that the calling thread has asked its stores for since its first call of this. */
struct store_reads {
    uint64_t cached;
    uint64_t read; /* from files */
};
struct store_reads store_thread_reads(void);

#endif
