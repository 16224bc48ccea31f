/* Scans of a range and the history of one key.
 *
 * A scan as of a version walks the latest rows beside the keys that were ever deleted, for a key
 * may be gone now that was there then. What has not changed since is given at once. The history is
 * asked only for the others: some steps on from where it was asked last, if that is near, else it
 * is sought.
 *
 * Cost: as of now, one step a row. As of then, one step for each key that has not changed since or
 * is gone; for each that has, a seek, or a step for each row of a history on the way. So the price
 * grows with what has changed since; to make it flat, versions would have to lie together by the
 * time in which they stood, and be copied from time to time. */
#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/store/internal.h"
#include "core/store/key.h"

/* A seek in a history costs as much as some 40 steps. So where few keys lie between two that the
 * history is asked for, their rows are stepped over: so many at first, and so many more for each of
 * them. */
enum { STORE_STEPS = 8, STORE_STEPS_A_KEY = 4, STORE_NEAR_MAX = 8 };

struct store_scan {
    struct store_reader *reader;
    enum store_family family;
    uint64_t as_of;
    bool descending;
    bool last_part;
    struct kv_iter *latest;
    struct kv_iter *gone;    /* NULL when only the latest rows count, like the next one */
    struct kv_iter *history; /* stands where it was asked last; anywhere before that */
    struct buf prefix;
    struct buf key;   /* scratch: the key that is sought */
    bool past_latest; /* the key that was considered last is the one `latest` stands on, */
    bool past_gone;   /* and `gone` */
    size_t unasked;   /* keys since the history was asked */
    size_t dead;      /* keys that had no row as of the version */
    size_t dead_max;  /* 0: any number */
};

static struct str store_buf_set(struct buf *buf, struct str bytes)
{
    buf->size = 0;
    buf_append(buf, bytes);
    return buf_str(buf);
}

/* --- start --- */

/* The least key above all that begin with the bytes; false if there is none (all are FF). */
static bool store_prefix_end(struct buf *key)
{
    while (key->size > 0 && (uint8_t)key->data[key->size - 1] == 0xFF) {
        key->size--;
    }
    if (key->size > 0) {
        key->data[key->size - 1] = (char)(key->data[key->size - 1] + 1);
    }
    return key->size > 0;
}

/* Puts a descending scan on its first row. */
static struct status store_scan_start_back(struct store_scan *scan, const struct store_range *range)
{
    assert(scan->descending);
    assert(scan->history == NULL); /* a scan of the past goes forward only */
    struct kv_iter *iter = scan->latest;
    bool exact = range->start.size > 0;
    struct str from = store_buf_set(&scan->key, exact ? range->start : range->prefix);
    if (!exact && store_prefix_end(&scan->key)) {
        from = buf_str(&scan->key);
    } else if (!exact) {
        /* Above all keys: none begins with so many FF. */
        static const char high[] = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
        from = store_buf_set(&scan->key, str_z(high));
    }
    TRY(iter->ops->seek_back(iter, from));
    bool skip = iter->valid && str_eq(iter->key, from) && (!exact || range->after_start);
    return skip ? iter->ops->prev(iter) : status_ok();
}

static struct status store_scan_start_at(struct kv_iter *iter, struct str from, bool after)
{
    TRY(iter->ops->seek(iter, from));
    return after && iter->valid && str_eq(iter->key, from) ? iter->ops->next(iter) : status_ok();
}

/* Puts an ascending scan on its first row. */
static struct status store_scan_start(struct store_scan *scan, const struct store_range *range)
{
    assert(!scan->descending);
    assert((scan->gone == NULL) == (scan->as_of == STORE_LATEST));
    struct str from = range->start.size > 0 ? range->start : range->prefix;
    TRY(store_scan_start_at(scan->latest, from, range->after_start));
    return scan->gone == NULL ? status_ok()
                              : store_scan_start_at(scan->gone, from, range->after_start);
}

/* No text is lower than the empty one. */
static struct status store_scan_start_last_part(struct store_scan *scan)
{
    assert(scan->last_part && scan->history == NULL);
    struct kv_iter *iter = scan->latest;
    store_buf_set(&scan->key, buf_str(&scan->prefix));
    key_put_str(&scan->key, STR(""));
    return iter->ops->seek(iter, buf_str(&scan->key));
}

static struct kv_iter *store_scan_take_last_part(struct store_reader *reader)
{
    struct kv_iter *iter = reader->spare_last_part;
    reader->spare_last_part = NULL;
    return iter != NULL ? iter
                        : reader->kv->ops->iter_open(reader->kv, reader->snapshot, KV_INDEX, true);
}

static void store_scan_give_last_part(struct store_reader *reader, struct kv_iter *iter)
{
    assert(iter != NULL);
    if (reader->spare_last_part == NULL) {
        reader->spare_last_part = iter;
    } else {
        iter->ops->close(iter);
    }
}

struct status store_scan_open(struct store_reader *reader, enum store_family family,
                              const struct store_range *range, struct store_scan **out)
{
    assert(range->as_of == STORE_LATEST || (store_has_history(family) && !range->descending));
    assert(range->start.size == 0 || str_starts(range->start, range->prefix));
    assert(!range->last_part || (family == STORE_INDEX && range->as_of == STORE_LATEST &&
                                 range->start.size == 0 && !range->descending));
    struct store_scan *scan = mem_zalloc(1, sizeof *scan);
    scan->reader = reader;
    scan->family = family;
    scan->as_of = range->as_of;
    scan->descending = range->descending;
    store_buf_set(&scan->prefix, range->prefix);
    scan->last_part = range->last_part;
    scan->dead_max = range->dead_max;
    scan->unasked = STORE_NEAR_MAX + 1;
    scan->latest = scan->last_part ? store_scan_take_last_part(reader)
                                   : store_reader_take_iter(reader, store_column(family));
    if (range->as_of != STORE_LATEST) {
        scan->history = store_reader_take_iter(reader, store_history_column(family));
        scan->gone = store_reader_take_iter(reader, store_gone_column(family));
    }
    struct status st = range->last_part    ? store_scan_start_last_part(scan)
                       : range->descending ? store_scan_start_back(scan, range)
                                           : store_scan_start(scan, range);
    if (st.code != STATUS_OK) {
        store_scan_close(scan);
        return st;
    }
    *out = scan;
    return status_ok();
}

void store_scan_close(struct store_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    if (scan->last_part) {
        store_scan_give_last_part(scan->reader, scan->latest);
    } else {
        store_reader_give_iter(scan->reader, store_column(scan->family), scan->latest);
    }
    if (scan->history != NULL) {
        store_reader_give_iter(scan->reader, store_history_column(scan->family), scan->history);
        store_reader_give_iter(scan->reader, store_gone_column(scan->family), scan->gone);
    }
    buf_release(&scan->prefix);
    buf_release(&scan->key);
    mem_free(scan);
}

/* --- step --- */

static bool store_scan_in(const struct store_scan *scan, const struct kv_iter *iter)
{
    return iter != NULL && iter->valid && str_starts(iter->key, buf_str(&scan->prefix));
}

/* Leaves the key that was considered last. */
static struct status store_scan_leave(struct store_scan *scan)
{
    struct kv_iter *latest = scan->latest;
    if (scan->past_latest) {
        scan->past_latest = false;
        TRY(scan->descending ? latest->ops->prev(latest) : latest->ops->next(latest));
    }
    if (scan->past_gone) {
        scan->past_gone = false;
        TRY(scan->gone->ops->next(scan->gone));
    }
    return status_ok();
}

/* Puts the history on its first row at or after `target`, which it has not passed yet. */
static struct status store_scan_reach(struct store_scan *scan, struct str target)
{
    struct kv_iter *history = scan->history;
    const bool near = scan->unasked <= STORE_NEAR_MAX;
    size_t steps = near ? STORE_STEPS + STORE_STEPS_A_KEY * scan->unasked : 0;
    for (; steps > 0 && history->valid && str_cmp(history->key, target) < 0; steps--) {
        TRY(history->ops->next(history));
    }
    bool reached = near && (!history->valid || str_cmp(history->key, target) >= 0);
    return reached ? status_ok() : history->ops->seek(history, target);
}

/* What a key that is not now as it was then was as of the scan's version: the first row of its
 * history that ended after that. */
static struct status store_scan_past(struct store_scan *scan, struct str key, struct store_row *row)
{
    assert(scan->as_of < STORE_LATEST);
    struct str past;
    uint64_t until;
    store_buf_set(&scan->key, key);
    num_put_u64be(buf_reserve(&scan->key, KV_VERSION_SIZE), scan->as_of + 1);
    TRY(store_scan_reach(scan, str_make(scan->key.data, scan->key.size + KV_VERSION_SIZE)));
    scan->unasked = 0;
    if (!scan->history->valid) {
        return status_ok();
    }
    TRY(store_history_key(scan->history->key, &past, &until));
    if (!str_eq(past, buf_str(&scan->key))) {
        return status_ok();
    }
    TRY(store_row_decode(scan->family, scan->history->value, &row->since, &row->value));
    row->key = past;
    row->found = row->since <= scan->as_of;
    return status_ok();
}

/* Considers the lowest key of both sides; `*more` says that there was one. */
static struct status store_scan_step(struct store_scan *scan, struct store_row *row, bool *more)
{
    TRY(store_scan_leave(scan));
    bool now = store_scan_in(scan, scan->latest), gone = store_scan_in(scan, scan->gone);
    *more = now || gone;
    if (!*more) {
        return status_ok();
    }
    int order = !now ? 1 : !gone ? -1 : str_cmp(scan->latest->key, scan->gone->key);
    scan->past_latest = order <= 0;
    scan->past_gone = order >= 0;
    if (order > 0) {
        return store_scan_past(scan, scan->gone->key, row);
    }
    row->key = scan->latest->key;
    TRY(store_row_decode(scan->family, scan->latest->value, &row->since, &row->value));
    row->found = row->since <= scan->as_of;
    if (row->found) {
        scan->unasked++;
        return status_ok();
    }
    return store_scan_past(scan, scan->latest->key, row);
}

size_t store_scan_dead(const struct store_scan *scan)
{
    return scan->dead;
}

struct status store_scan_next(struct store_scan *scan, struct store_row *row)
{
    for (bool more = true; more;) {
        *row = (struct store_row){ 0 };
        TRY(store_scan_step(scan, row, &more));
        if (!more || row->found) {
            break;
        }
        scan->dead++;
        if (scan->dead_max > 0 && scan->dead > scan->dead_max) {
            return status_error(STATUS_RESOURCE_EXHAUSTED,
                                "expected at most %zu keys on the way that had no row then",
                                scan->dead_max);
        }
    }
    assert(!row->found || row->since <= scan->as_of);
    assert(!row->found || str_starts(row->key, buf_str(&scan->prefix)));
    return status_ok();
}

/* --- the history of one key --- */

struct store_history {
    struct store_reader *reader;
    enum store_family family;
    uint64_t before;
    struct buf key;       /* with room behind it for the version that is sought */
    struct kv_iter *iter; /* on the next row to give, if it is of this key */
    struct arena arena;   /* of the latest row */
    struct kv_value latest;
    bool given; /* the row that `iter` stands on was given */
};

static struct str store_history_key_at(struct store_history *history, uint64_t until)
{
    num_put_u64be(buf_reserve(&history->key, KV_VERSION_SIZE), until);
    return str_make(history->key.data, history->key.size + KV_VERSION_SIZE);
}

static bool store_history_in(const struct store_history *history)
{
    const struct kv_iter *iter = history->iter;
    return iter->valid && iter->key.size == history->key.size + KV_VERSION_SIZE &&
           str_starts(iter->key, buf_str(&history->key));
}

/* Finds the youngest row that began before `before`: the first that ended at or after it, if it
 * began by then, else the one ahead of that. */
static struct status store_history_start(struct store_history *history)
{
    assert(!history->given);
    struct kv_iter *iter = history->iter;
    TRY(iter->ops->seek(iter, store_history_key_at(history, history->before)));
    if (store_history_in(history)) {
        uint64_t since;
        struct str value;
        TRY(store_row_decode(history->family, iter->value, &since, &value));
        if (since < history->before) {
            return status_ok();
        }
    }
    return iter->ops->seek_back(iter, store_history_key_at(history, history->before));
}

struct status store_history_open(struct store_reader *reader, enum store_family family,
                                 struct str key, uint64_t before, struct store_history **out)
{
    assert(store_has_history(family));
    struct store_history *history = mem_zalloc(1, sizeof *history);
    const struct kv_ops *ops = reader->kv->ops;
    history->reader = reader;
    history->family = family;
    history->before = before;
    arena_init(&history->arena, SIZE_MAX);
    store_buf_set(&history->key, key);
    history->iter = store_reader_take_iter(reader, store_history_column(family));
    struct status st = ops->get(reader->kv, reader->snapshot, &history->arena, store_column(family),
                                &key, 1, &history->latest);
    if (st.code == STATUS_OK) {
        st = store_history_start(history);
    }
    if (st.code != STATUS_OK) {
        store_history_close(history);
        return st;
    }
    *out = history;
    return status_ok();
}

void store_history_close(struct store_history *history)
{
    if (history == NULL) {
        return;
    }
    store_reader_give_iter(history->reader, store_history_column(history->family), history->iter);
    arena_release(&history->arena);
    buf_release(&history->key);
    mem_free(history);
}

struct status store_history_next(struct store_history *history, struct store_version *version)
{
    struct kv_iter *iter = history->iter;
    *version = (struct store_version){ .until = STORE_LATEST };
    if (history->latest.found) {
        history->latest.found = false;
        TRY(store_row_decode(history->family, history->latest.bytes, &version->since,
                             &version->value));
        version->found = version->since < history->before;
        if (version->found) {
            return status_ok();
        }
    }
    if (history->given && iter->valid) {
        TRY(iter->ops->prev(iter));
    }
    history->given = true;
    version->found = store_history_in(history);
    if (!version->found) {
        return status_ok();
    }
    struct str key;
    TRY(store_history_key(iter->key, &key, &version->until));
    return store_row_decode(history->family, iter->value, &version->since, &version->value);
}
