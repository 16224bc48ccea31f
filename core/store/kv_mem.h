/* What the two files of the kv in memory share. */
#ifndef CORE_STORE_KV_MEM_H
#define CORE_STORE_KV_MEM_H

#include <bsd/sys/queue.h>
#include <pthread.h>

#include "core/base/omap.h"
#include "core/store/kv.h"

struct kv_mem_version {
    struct kv_mem_version *older;
    uint64_t commit;
    bool removed;
    struct str value; /* lies behind the struct */
};

struct kv_mem_snapshot {
    LIST_ENTRY(kv_mem_snapshot) link;
    uint64_t commit;
    void *under;
};

struct kv_mem_pending {
    STAILQ_ENTRY(kv_mem_pending) link;
    enum kv_column column;
    struct str key;
    struct kv_mem_version *version;
};

struct kv_mem {
    struct kv base;
    struct kv *under;
    pthread_mutex_t mutex;
    struct omap columns[KV_COLUMNS];
    uint64_t commit; /* of the last batch */
    LIST_HEAD(, kv_mem_snapshot) snapshots;
    STAILQ_HEAD(, kv_mem_pending) pending;
    long fail_in; /* operations until one fails; below 0: never */
};

/* The failure that was asked for, when it is due. */
MUST_USE struct status kv_mem_fault(struct kv_mem *mem);

/* What a snapshot of this commit sees at an entry: NULL when there is nothing, or a removal that
 * hides nothing. Call it with the mutex held; what it gives stays while the snapshot is open. */
const struct kv_mem_version *kv_mem_visible(const struct kv_mem *mem,
                                            const struct omap_entry *entry, uint64_t commit);

/* As kv_ops.iter_open. */
struct kv_iter *kv_mem_iter_open(struct kv *kv, void *taken, enum kv_column column,
                                 bool one_prefix);

#endif
