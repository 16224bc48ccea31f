/* Iterators of the kv in memory: its own rows and those of the kv below, as one sequence. */
#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/store/kv_mem.h"

/* Walks its own rows and those below as one sequence; at equal keys its own win. */
struct kv_mem_iter {
    struct kv_iter base;
    struct kv_mem *mem;
    enum kv_column column;
    uint64_t commit;
    struct kv_iter *under;
    bool under_ahead; /* `under` stands at the first row after some key that we have passed */
    struct buf at;    /* where the current move starts */
};

static bool kv_mem_skips(const struct omap_entry *entry, struct str key, bool inclusive)
{
    return !inclusive && str_eq(entry->key, key);
}

/* The nearest own entry, with what is seen there. */
static const struct omap_entry *kv_mem_iter_own(struct kv_mem_iter *iter, bool inclusive,
                                                bool forward, const struct kv_mem_version **version)
{
    struct omap *column = &iter->mem->columns[iter->column];
    struct str key = buf_str(&iter->at);
    const struct omap_entry *entry =
        forward ? omap_lower_bound(column, key) : omap_find(column, key);
    if (entry == NULL && !forward) {
        entry = omap_before(column, key);
    }
    for (; entry != NULL; entry = forward ? omap_next(entry) : omap_before(column, entry->key)) {
        *version = kv_mem_skips(entry, key, inclusive)
                       ? NULL
                       : kv_mem_visible(iter->mem, entry, iter->commit);
        if (*version != NULL) {
            break;
        }
    }
    assert(entry == NULL || *version != NULL);
    return entry;
}

/* Brings the iterator below to its first row from `at` on, without seeking when it is there. */
static struct status kv_mem_iter_under(struct kv_mem_iter *iter, bool inclusive, bool forward)
{
    struct kv_iter *under = iter->under;
    struct str key = buf_str(&iter->at);
    if (under == NULL) {
        return status_ok();
    }
    if (!forward || !iter->under_ahead) {
        TRY(forward ? under->ops->seek(under, key) : under->ops->seek_back(under, key));
    }
    iter->under_ahead = forward;
    if (!inclusive && under->valid && str_eq(under->key, key)) {
        TRY(forward ? under->ops->next(under) : under->ops->prev(under));
    }
    return status_ok();
}

/* True when the own row comes before, or instead of, the one below. */
static bool kv_mem_own_first(struct str own, struct str under, bool forward)
{
    int order = str_cmp(own, under);
    return forward ? order <= 0 : order >= 0;
}

static void kv_mem_iter_from(struct kv_mem_iter *iter, struct str key)
{
    iter->at.size = 0;
    buf_append(&iter->at, key);
}

/* Moves to the nearest row from `at` on that is not removed. */
static struct status kv_mem_iter_move(struct kv_mem_iter *iter, bool inclusive, bool forward)
{
    for (;;) {
        pthread_mutex_lock(&iter->mem->mutex);
        const struct kv_mem_version *version = NULL;
        const struct omap_entry *own = kv_mem_iter_own(iter, inclusive, forward, &version);
        pthread_mutex_unlock(&iter->mem->mutex);
        TRY(kv_mem_iter_under(iter, inclusive, forward));
        bool below = iter->under != NULL && iter->under->valid;
        iter->base.valid = own != NULL || below;
        if (!iter->base.valid) {
            return status_ok();
        }
        if (own == NULL || (below && !kv_mem_own_first(own->key, iter->under->key, forward))) {
            iter->base.key = iter->under->key;
            iter->base.value = iter->under->value;
            return status_ok();
        }
        iter->base.key = own->key;
        assert(version != NULL);
        iter->base.value = version->value;
        if (!version->removed) {
            return status_ok();
        }
        kv_mem_iter_from(iter, own->key);
        inclusive = false;
    }
}

static struct status kv_mem_iter_start(struct kv_iter *base, struct str key, bool inclusive,
                                       bool forward)
{
    struct kv_mem_iter *iter = (struct kv_mem_iter *)base;
    TRY(kv_mem_fault(iter->mem));
    kv_mem_iter_from(iter, key);
    return kv_mem_iter_move(iter, inclusive, forward);
}

static struct status kv_mem_iter_seek(struct kv_iter *base, struct str key)
{
    ((struct kv_mem_iter *)base)->under_ahead = false;
    return kv_mem_iter_start(base, key, true, true);
}

static struct status kv_mem_iter_seek_back(struct kv_iter *base, struct str key)
{
    return kv_mem_iter_start(base, key, true, false);
}

static struct status kv_mem_iter_next(struct kv_iter *base)
{
    assert(base->valid);
    return kv_mem_iter_start(base, base->key, false, true);
}

static struct status kv_mem_iter_prev(struct kv_iter *base)
{
    assert(base->valid);
    return kv_mem_iter_start(base, base->key, false, false);
}

static void kv_mem_iter_close(struct kv_iter *base)
{
    struct kv_mem_iter *iter = (struct kv_mem_iter *)base;
    if (iter->under != NULL) {
        iter->under->ops->close(iter->under);
    }
    buf_release(&iter->at);
    mem_free(iter);
}

static const struct kv_iter_ops kv_mem_iter_ops = {
    .seek = kv_mem_iter_seek,
    .seek_back = kv_mem_iter_seek_back,
    .next = kv_mem_iter_next,
    .prev = kv_mem_iter_prev,
    .close = kv_mem_iter_close,
};

struct kv_iter *kv_mem_iter_open(struct kv *kv, void *taken, enum kv_column column, bool one_prefix)
{
    struct kv_mem *mem = (struct kv_mem *)kv;
    const struct kv_mem_snapshot *snapshot = taken;
    assert(snapshot != NULL);
    assert(column < KV_COLUMNS);
    struct kv_mem_iter *iter = mem_zalloc(1, sizeof *iter);
    iter->base.ops = &kv_mem_iter_ops;
    iter->mem = mem;
    iter->column = column;
    iter->commit = snapshot->commit;
    if (mem->under != NULL) {
        iter->under = mem->under->ops->iter_open(mem->under, snapshot->under, column, one_prefix);
    }
    return &iter->base;
}
