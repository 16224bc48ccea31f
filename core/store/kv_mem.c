/* The kv in memory: one ordered map per column; the value of an entry is a chain of versions, the
 * newest first, each with the number of the commit that wrote it, so that a snapshot is a number.
 *
 * Invariants:
 *   (1) what an open snapshot sees stays where it is, so borrowed keys and values are stable;
 *   (2) a removed key keeps its chain, ending in a removal, while a snapshot needs it; on a lower
 * kv the removal stays for ever, for it hides what lies below. Cost: O(log n) per key or step. One
 * mutex for all; readers and the writer may be threads. Left out: sweeping chains that nobody
 * writes again; a store in memory is short-lived. */
#include "core/store/kv_mem.h"

#include "core/base/memory.h"
#include "core/store/store_figures.h"

struct status kv_mem_fault(struct kv_mem *mem)
{
    pthread_mutex_lock(&mem->mutex);
    bool fails = mem->fail_in == 0;
    mem->fail_in -= mem->fail_in >= 0;
    pthread_mutex_unlock(&mem->mutex);
    return fails ? status_error(STATUS_UNAVAILABLE, "the store was told to fail") : status_ok();
}

void kv_mem_fail_at(struct kv *kv, long n)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    pthread_mutex_lock(&mem->mutex);
    mem->fail_in = n;
    pthread_mutex_unlock(&mem->mutex);
}

bool kv_mem_failed(struct kv *kv)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    pthread_mutex_lock(&mem->mutex);
    bool failed = mem->fail_in < 0;
    pthread_mutex_unlock(&mem->mutex);
    return failed;
}

/* --- versions --- */

static struct kv_mem_version *kv_mem_newest(const struct omap_entry *entry)
{
    struct kv_mem_version *version;
    assert(entry->value.size == sizeof version);
    memcpy(&version, entry->value.data, sizeof version);
    return version;
}

static void kv_mem_set_newest(struct omap_entry *entry, struct kv_mem_version *version)
{
    memcpy((void *)(uintptr_t)entry->value.data, &version, sizeof version);
}

const struct kv_mem_version *kv_mem_visible(const struct kv_mem *mem,
                                            const struct omap_entry *entry, uint64_t commit)
{
    const struct kv_mem_version *version = kv_mem_newest(entry);
    while (version != NULL && version->commit > commit) {
        version = version->older;
    }
    bool hides = mem->under != NULL;
    assert(version == NULL || version->commit <= commit);
    return version == NULL || (version->removed && !hides) ? NULL : version;
}

static void kv_mem_free_chain(struct kv_mem_version *version)
{
    while (version != NULL) {
        struct kv_mem_version *older = version->older;
        mem_free(version);
        version = older;
    }
}

static uint64_t kv_mem_oldest_snapshot(const struct kv_mem *mem)
{
    uint64_t oldest = mem->commit;
    const struct kv_mem_snapshot *snapshot;
    LIST_FOREACH(snapshot, &mem->snapshots, link)
    {
        oldest = snapshot->commit < oldest ? snapshot->commit : oldest;
    }
    assert(oldest <= mem->commit);
    return oldest;
}

/* Drops the versions that no snapshot from `oldest` on can see. */
static void kv_mem_trim(struct kv_mem *mem, struct omap *column, struct omap_entry *entry,
                        uint64_t oldest)
{
    assert(oldest <= mem->commit);
    struct kv_mem_version *version = kv_mem_newest(entry);
    while (version != NULL && version->commit > oldest) {
        version = version->older;
    }
    if (version == NULL) {
        return;
    }
    kv_mem_free_chain(version->older);
    version->older = NULL;
    if (version == kv_mem_newest(entry) && version->removed && mem->under == NULL) {
        mem_free(version);
        omap_delete(column, entry->key);
    }
}

/* --- the batch --- */

static void kv_mem_collect(struct kv_mem *mem, enum kv_column column, struct str key,
                           struct str value, bool removed)
{
    assert(column < KV_COLUMNS);
    assert(!removed || value.size == 0);
    struct kv_mem_version *version = mem_alloc(sizeof *version + value.size);
    *version = (struct kv_mem_version){
        .removed = removed,
        .value = { (char *)(version + 1), value.size },
    };
    if (value.size > 0) {
        memcpy(version + 1, value.data, value.size);
    }
    struct kv_mem_pending *pending = mem_alloc(sizeof *pending + key.size);
    *pending = (struct kv_mem_pending){
        .column = column,
        .key = { (char *)(pending + 1), key.size },
        .version = version,
    };
    memcpy(pending + 1, key.data, key.size);
    STAILQ_INSERT_TAIL(&mem->pending, pending, link);
}

static void kv_mem_put(struct kv *kv, enum kv_column column, struct str key, struct str value)
{
    kv_mem_collect((struct kv_mem *)kv, column, key, value, false);
}

static void kv_mem_remove(struct kv *kv, enum kv_column column, struct str key)
{
    kv_mem_collect((struct kv_mem *)kv, column, key, (struct str){ 0 }, true);
}

/* Takes the version. */
static void kv_mem_apply(struct kv_mem *mem, struct omap *column, struct str key,
                         struct kv_mem_version *version, uint64_t oldest)
{
    struct omap_entry *entry = omap_find(column, key);
    version->commit = mem->commit;
    assert(version->older == NULL);
    if (entry == NULL) {
        struct str pointer = str_make(&version, sizeof version);
        entry = omap_put(column, key, pointer, NULL);
    } else {
        version->older = kv_mem_newest(entry);
        assert(version->older->commit <= version->commit); /* the newest first */
        kv_mem_set_newest(entry, version);
    }
    kv_mem_trim(mem, column, entry, oldest);
}

static void kv_mem_discard(struct kv *kv)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    struct kv_mem_pending *pending;
    while ((pending = STAILQ_FIRST(&mem->pending)) != NULL) {
        STAILQ_REMOVE_HEAD(&mem->pending, link);
        mem_free(pending->version);
        mem_free(pending);
    }
}

static struct status kv_mem_commit(struct kv *kv, bool durable)
{
    (void)durable;
    struct kv_mem *mem = (struct kv_mem *)kv;
    struct status st = kv_mem_fault(mem);
    if (st.code != STATUS_OK) {
        kv_mem_discard(kv);
        return st;
    }
    pthread_mutex_lock(&mem->mutex);
    mem->commit++;
    uint64_t oldest = kv_mem_oldest_snapshot(mem);
    struct kv_mem_pending *pending;
    STAILQ_FOREACH(pending, &mem->pending, link)
    {
        assert(pending->version != NULL);
        kv_mem_apply(mem, &mem->columns[pending->column], pending->key, pending->version, oldest);
        pending->version = NULL;
    }
    pthread_mutex_unlock(&mem->mutex);
    kv_mem_discard(kv);
    return status_ok();
}

/* --- reading --- */

static void kv_mem_snapshot_open(struct kv *kv, void **out)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    struct kv_mem_snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);
    pthread_mutex_lock(&mem->mutex);
    snapshot->commit = mem->commit;
    LIST_INSERT_HEAD(&mem->snapshots, snapshot, link);
    pthread_mutex_unlock(&mem->mutex);
    if (mem->under != NULL) {
        mem->under->ops->snapshot_open(mem->under, &snapshot->under);
    }
    *out = snapshot;
}

static void kv_mem_snapshot_close(struct kv *kv, void *taken)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    struct kv_mem_snapshot *snapshot = taken;
    if (mem->under != NULL) {
        mem->under->ops->snapshot_close(mem->under, snapshot->under);
    }
    pthread_mutex_lock(&mem->mutex);
    assert(snapshot->commit <= mem->commit);
    LIST_REMOVE(snapshot, link);
    pthread_mutex_unlock(&mem->mutex);
    mem_free(snapshot);
}

static uint64_t kv_mem_seen(const struct kv_mem *mem, const struct kv_mem_snapshot *snapshot)
{
    return snapshot == NULL ? mem->commit : snapshot->commit;
}

/* Looks one key up; `*decided` is false when the kv below must be asked. Without a snapshot the
 * value is copied, for the chain may be trimmed. */
static struct status kv_mem_get_one(struct kv_mem *mem, const struct kv_mem_snapshot *snapshot,
                                    struct arena *arena, enum kv_column column, struct str key,
                                    struct kv_value *value, bool *decided)
{
    pthread_mutex_lock(&mem->mutex);
    const struct omap_entry *entry = omap_find(&mem->columns[column], key);
    const struct kv_mem_version *version =
        entry == NULL ? NULL : kv_mem_visible(mem, entry, kv_mem_seen(mem, snapshot));
    *decided = version != NULL || mem->under == NULL;
    *value = (struct kv_value){ .found = version != NULL && !version->removed };
    assert(*decided || !value->found);
    bool full = false;
    if (value->found) {
        value->bytes = arena_copy(arena, version->value);
        full = value->bytes.data == NULL;
    }
    pthread_mutex_unlock(&mem->mutex);
    return full ? arena_full(arena) : status_ok();
}

static struct status kv_mem_get(struct kv *kv, void *taken, struct arena *arena,
                                enum kv_column column, const struct str *keys, size_t keys_count,
                                struct kv_value *values)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    const struct kv_mem_snapshot *snapshot = taken;
    TRY(kv_mem_fault(mem));
    for (size_t i = 0; i < keys_count; i++) {
        bool decided;
        TRY(kv_mem_get_one(mem, snapshot, arena, column, keys[i], &values[i], &decided));
        if (!decided) {
            TRY(mem->under->ops->get(mem->under, snapshot == NULL ? NULL : snapshot->under, arena,
                                     column, &keys[i], 1, &values[i]));
        }
    }
    return status_ok();
}

/* --- life --- */

static struct status kv_mem_flush(struct kv *kv)
{
    return kv_mem_fault((struct kv_mem *)kv);
}

static struct status kv_mem_catch_up(struct kv *kv)
{
    (void)kv;
    return status_error(STATUS_FAILED_PRECONDITION, "expected a secondary to catch up");
}

static void kv_mem_close(struct kv *kv)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    assert(LIST_EMPTY(&mem->snapshots));
    for (int i = 0; i < KV_COLUMNS; i++) {
        struct omap_entry *entry = omap_lower_bound(&mem->columns[i], (struct str){ 0 });
        for (; entry != NULL; entry = omap_next(entry)) {
            kv_mem_free_chain(kv_mem_newest(entry));
        }
        omap_release(&mem->columns[i]);
    }
    kv_mem_discard(kv);
    pthread_mutex_destroy(&mem->mutex);
    mem_free(mem);
}

/* Of what lies below it; its own memory is a heap's, and small. */
static void kv_mem_figures(const struct kv *kv, struct store_figures *figures)
{
    const struct kv *under = ((const struct kv_mem *)kv)->under;
    if (under != NULL) {
        under->ops->figures(under, figures);
    }
}

static const struct kv_ops kv_mem_ops = {
    .snapshot_open = kv_mem_snapshot_open,
    .snapshot_close = kv_mem_snapshot_close,
    .get = kv_mem_get,
    .iter_open = kv_mem_iter_open,
    .put = kv_mem_put,
    .remove = kv_mem_remove,
    .commit = kv_mem_commit,
    .discard = kv_mem_discard,
    .flush = kv_mem_flush,
    .catch_up = kv_mem_catch_up,
    .figures = kv_mem_figures,
    .close = kv_mem_close,
};

struct kv *kv_mem_new(struct kv *under)
{
    struct kv_mem *mem = mem_zalloc(1, sizeof *mem);
    mem->base.ops = &kv_mem_ops;
    mem->under = under;
    mem->fail_in = -1;
    pthread_mutex_init(&mem->mutex, NULL);
    for (int i = 0; i < KV_COLUMNS; i++) {
        omap_init(&mem->columns[i]);
    }
    LIST_INIT(&mem->snapshots);
    STAILQ_INIT(&mem->pending);
    return &mem->base;
}
