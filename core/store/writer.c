/* The writer: turns changes into rows, keeps history and the state root, commits with the position.
 *
 * Changes are sorted by key, so that each key is read once, written once, and RocksDB gets sorted
 * puts; all but the last value of a key go to the history at once.
 *
 * Invariants:
 *   (1) the rows, the position and the root change in one commit or not at all;
 *   (2) a key with a history and no latest row is among those that are gone; it stays there when it
 *       comes again, so that the rows do not depend on batches; of one key, the history's rows and
 * the latest row cover disjoint spans of versions, each `since` < `until`; (3) the root in memory
 * is that of the rows; (4) what reaches the disk has the parts of the root with it: store_flush
 * writes them first, and memory is flushed here long before RocksDB would do it by itself; a batch
 * that goes to disk as a file of its own brings them, and finds nothing in memory. */
#include "core/base/buf.h"
#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/store/internal.h"
#include "core/store/sort.h"

/* Bytes in memory after which they are flushed; RocksDB's own limit is far above
 * (kv_rocks_options.c). */
enum { STORE_UNFLUSHED_MAX = 64 << 20, STORE_ROW_OVERHEAD = 64 };

struct store_writer {
    struct store *store;
    struct kv *kv;
    uint64_t unflushed; /* bytes written since the last flush, about */
    struct root *root;
    struct arena arena; /* of one group of keys */
    struct buf row;     /* scratch */
    struct buf key;     /* scratch */
};

struct status store_writer_open(struct store *store, struct store_writer **out)
{
    assert(store->writer == NULL);
    if (store->kv->read_only) {
        return status_error(STATUS_FAILED_PRECONDITION, "expected a store that is owned");
    }
    struct root *root;
    TRY(store_root_load(store->kv, NULL, &root));
    struct store_writer *writer = mem_zalloc(1, sizeof *writer);
    writer->store = store;
    writer->kv = store->kv;
    writer->root = root;
    store->writer = writer;
    arena_init(&writer->arena, SIZE_MAX);
    *out = writer;
    return status_ok();
}

void store_writer_close(struct store_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    assert(writer->store->writer == writer);
    struct status lost = store_flush(writer->store); /* then the next start folds again */
    (void)lost;
    writer->store->writer = NULL;
    root_free(writer->root);
    arena_release(&writer->arena);
    buf_release(&writer->row);
    buf_release(&writer->key);
    mem_free(writer);
}

struct status store_writer_save(struct store_writer *writer)
{
    assert(!writer->kv->read_only);
    if (store_root_put_parts(writer->kv, writer->root) > 0) {
        TRY(writer->kv->ops->commit(writer->kv, false));
        root_saved(writer->root);
    }
    writer->unflushed = 0;
    return status_ok();
}

/* A row while changes of its key are applied; bytes are borrowed. */
struct store_state {
    bool exists;
    uint64_t since;
    struct str value;
};

static struct str store_writer_row(struct store_writer *writer, enum store_family family,
                                   const struct store_state *state)
{
    assert(state->exists);
    if (!store_is_versioned(family)) {
        return state->value;
    }
    writer->row.size = 0;
    num_put_u64be(buf_reserve(&writer->row, KV_VERSION_SIZE), state->since);
    writer->row.size = KV_VERSION_SIZE;
    buf_append(&writer->row, state->value);
    return buf_str(&writer->row);
}

/* Keeps a value that ends with version `until`. */
static void store_writer_keep(struct store_writer *writer, enum store_family family, struct str key,
                              const struct store_state *state, uint64_t until)
{
    assert(state->exists && state->since < until);
    writer->key.size = 0;
    buf_append(&writer->key, key);
    num_put_u64be(buf_reserve(&writer->key, KV_VERSION_SIZE), until);
    writer->key.size += KV_VERSION_SIZE;
    writer->kv->ops->put(writer->kv, store_history_column(family), buf_str(&writer->key),
                         store_writer_row(writer, family, state));
}

/* Writes what a key has become. */
static void store_writer_settle(struct store_writer *writer, enum store_family family,
                                struct str key, const struct store_state *old,
                                const struct store_state *state)
{
    if (family == STORE_ENTITY && old->exists) {
        root_remove(writer->root, key, old->since, old->value);
    }
    if (family == STORE_ENTITY && state->exists) {
        root_add(writer->root, key, state->since, state->value);
    }
    if (state->exists) {
        struct str row = store_writer_row(writer, family, state);
        writer->kv->ops->put(writer->kv, store_column(family), key, row);
    } else if (old->exists || !store_has_history(family)) {
        writer->kv->ops->remove(writer->kv, store_column(family), key);
    }
}

/* Applies all changes of one key; `latest` is what is there now, where the family has history. */
static struct status store_writer_key(struct store_writer *writer,
                                      const struct store_change *const *changes, size_t count,
                                      const struct kv_value *latest)
{
    enum store_family family = changes[0]->family;
    struct store_state old = { .exists = latest->found };
    assert(count > 0);
    assert(!old.exists || store_has_history(family)); /* others are not read before */
    if (old.exists) {
        TRY(store_row_decode(family, latest->bytes, &old.since, &old.value));
    }
    struct store_state state = old;
    bool gone = false;
    for (size_t i = 0; i < count; i++) {
        const struct store_change *change = changes[i];
        if (state.exists && change->version < state.since) {
            return status_error(STATUS_INTERNAL,
                                "expected a version of at least '%llu' for a key, but it is '%llu'",
                                (unsigned long long)state.since,
                                (unsigned long long)change->version);
        }
        if (store_has_history(family) && state.exists && state.since < change->version) {
            store_writer_keep(writer, family, change->key, &state, change->version);
        }
        gone = gone || (store_has_history(family) && state.exists && change->is_delete);
        state = (struct store_state){ !change->is_delete, change->version, change->value };
    }
    store_writer_settle(writer, family, changes[0]->key, &old, &state);
    if (gone) {
        writer->kv->ops->put(writer->kv, store_gone_column(family), changes[0]->key, STR(""));
    }
    return status_ok();
}

/* Keys whose present values are read at once. */
enum { STORE_WRITE_GROUP = 64 };

static bool store_same_key(const struct store_change *a, const struct store_change *b)
{
    return a->family == b->family && str_eq(a->key, b->key);
}

/* Applies the first changes of sorted ones: those of at most STORE_WRITE_GROUP keys of one family.
 * Says how many they were. */
static struct status store_writer_group(struct store_writer *writer,
                                        const struct store_change *const *changes, size_t count,
                                        size_t *done)
{
    enum store_family family = changes[0]->family;
    struct str keys[STORE_WRITE_GROUP];
    size_t starts[STORE_WRITE_GROUP + 1], used = 0, at = 0;
    for (; at < count && changes[at]->family == family; at++) {
        if (at > 0 && store_same_key(changes[at - 1], changes[at])) {
            continue;
        }
        if (used == STORE_WRITE_GROUP) {
            break;
        }
        starts[used] = at;
        keys[used++] = changes[at]->key;
    }
    starts[used] = at;
    *done = at;
    assert(used > 0 && at > 0); /* so that the loop around this ends */
    struct kv_value latest[STORE_WRITE_GROUP] = { { 0 } };
    arena_reset(&writer->arena);
    if (store_has_history(family)) {
        TRY(writer->kv->ops->get(writer->kv, NULL, &writer->arena, store_column(family), keys, used,
                                 latest));
    }
    for (size_t i = 0; i < used; i++) {
        TRY(store_writer_key(writer, changes + starts[i], starts[i + 1] - starts[i], &latest[i]));
    }
    return status_ok();
}

static struct status store_writer_collect(struct store_writer *writer,
                                          const struct store_change *const *sorted, size_t count)
{
    for (size_t done; count > 0; sorted += done, count -= done) {
        TRY(store_writer_group(writer, sorted, count, &done));
    }
    return status_ok();
}

/* The store's own rows, in the order of their keys. */
static void store_writer_own(struct store_writer *writer, struct str position, bool durable)
{
    if (durable) {
        store_root_put_parts(writer->kv, writer->root);
    }
    writer->kv->ops->put(writer->kv, KV_META, STORE_KEY_POSITION, position);
    store_root_put(writer->kv, writer->root);
}

/* Flushes when much lies in memory. A disk that refuses is asked again after the next write. */
static void store_writer_relieve(struct store_writer *writer, const struct store_change *changes,
                                 size_t changes_count)
{
    for (size_t i = 0; i < changes_count; i++) {
        uint64_t size = changes[i].key.size + changes[i].value.size + STORE_ROW_OVERHEAD;
        writer->unflushed += store_has_history(changes[i].family) ? 2 * size : size;
    }
    if (writer->unflushed >= STORE_UNFLUSHED_MAX) {
        struct status later = store_flush(writer->store);
        (void)later;
    }
}

static struct status store_write_sorted(struct store_writer *writer,
                                        const struct store_change *const *sorted, size_t count,
                                        struct str position, bool durable)
{
    assert(!durable || writer->unflushed == 0); /* a file finds nothing in memory */
    root_begin(writer->root);
    struct status st = store_writer_collect(writer, sorted, count);
    if (st.code == STATUS_OK) {
        store_writer_own(writer, position, durable);
        st = writer->kv->ops->commit(writer->kv, durable);
    } else {
        writer->kv->ops->discard(writer->kv);
    }
    if (st.code != STATUS_OK) {
        root_rollback(writer->root);
    } else if (durable) {
        root_saved(writer->root);
    }
    return st;
}

struct status store_write(struct store_writer *writer, const struct store_change *changes,
                          size_t changes_count, struct str position)
{
    assert(writer->store->writer == writer);
    assert(position.size > 0);
    for (size_t i = 0; i < changes_count; i++) {
        assert(changes[i].family != STORE_META);
    }
    bool durable = changes_count >= writer->store->durable_min;
    if (durable && writer->unflushed > 0) {
        TRY(store_flush(writer->store));
    }
    const struct store_change **sorted = store_sort(changes, changes_count);
    struct status st = store_write_sorted(writer, sorted, changes_count, position, durable);
    mem_free(sorted);
    if (st.code == STATUS_OK && !durable) {
        store_writer_relieve(writer, changes, changes_count);
    }
    return st;
}
