/* The state root as stored: one row for hash and count, which every commit writes; and one for each
 * part of the sum, which only what survives a crash brings along, for they are large: a batch that
 * is written as a file, or a flush. So in a store that is being written the parts are behind the
 * rows; a reader relies on the hash. */
#include <stdio.h>

#include "core/base/num.h"
#include "core/store/internal.h"

enum { STORE_ROOT_SIZE = HASH_SIZE + 8 };

static struct str store_part_key(struct buf *key, unsigned part)
{
    assert(part < ROOT_PARTS);
    key->size = 0;
    buf_append(key, STORE_KEY_PART);
    buf_byte(key, (uint8_t)part);
    return buf_str(key);
}

void store_root_put(struct kv *kv, const struct root *root)
{
    char row[STORE_ROOT_SIZE];
    struct hash hash = root_hash(root);
    memcpy(row, hash.bytes, HASH_SIZE);
    num_put_u64be(row + HASH_SIZE, root_count(root));
    kv->ops->put(kv, KV_META, STORE_KEY_ROOT, str_make(row, sizeof row));
}

size_t store_root_put_parts(struct kv *kv, const struct root *root)
{
    struct buf key = { 0 };
    size_t count = 0;
    for (unsigned part = 0; part < ROOT_PARTS; part++) {
        if (root_changed(root, part)) {
            kv->ops->put(kv, KV_META, store_part_key(&key, part), root_part(root, part));
            count++;
        }
    }
    assert(count <= ROOT_PARTS);
    buf_release(&key);
    return count;
}

static struct status store_root_row(struct kv *kv, void *snapshot, struct hash *hash,
                                    uint64_t *count, bool *found)
{
    struct arena arena;
    struct kv_value value;
    struct str key = STORE_KEY_ROOT;
    arena_init(&arena, 4096);
    struct status st = kv->ops->get(kv, snapshot, &arena, KV_META, &key, 1, &value);
    *found = st.code == STATUS_OK && value.found;
    if (*found && value.bytes.size != STORE_ROOT_SIZE) {
        st = status_error(STATUS_DATA_LOSS, "expected '%d' bytes for the root, but there are '%zu'",
                          STORE_ROOT_SIZE, value.bytes.size);
    } else if (*found) {
        memcpy(hash->bytes, value.bytes.data, HASH_SIZE);
        *count = num_get_u64be(value.bytes.data + HASH_SIZE);
    }
    arena_release(&arena);
    return st;
}

static struct status store_root_load_parts(struct kv *kv, void *snapshot, struct arena *arena,
                                           struct root *root)
{
    for (unsigned part = 0; part < ROOT_PARTS; part++) {
        struct buf scratch = { 0 };
        struct kv_value value;
        struct str key = store_part_key(&scratch, part);
        struct status st = kv->ops->get(kv, snapshot, arena, KV_META, &key, 1, &value);
        buf_release(&scratch);
        TRY(st);
        if (value.found) {
            TRY(root_set_part(root, part, value.bytes));
        }
        arena_reset(arena);
    }
    return status_ok();
}

struct status store_root_load(struct kv *kv, void *snapshot, struct root **out)
{
    struct arena arena;
    struct hash kept, loaded;
    uint64_t count = 0;
    bool found;
    TRY(store_root_row(kv, snapshot, &kept, &count, &found));
    arena_init(&arena, SIZE_MAX);
    struct root *root = root_new();
    struct status st = store_root_load_parts(kv, snapshot, &arena, root);
    arena_release(&arena);
    root_set_count(root, count);
    loaded = root_hash(root);
    if (st.code == STATUS_OK && found && !hash_eq(&kept, &loaded)) {
        st = status_error(STATUS_DATA_LOSS, "expected the parts of the state root to add up to it");
    }
    if (st.code != STATUS_OK) {
        root_free(root);
        return st;
    }
    *out = root;
    return status_ok();
}

struct status store_root(struct store_reader *reader, struct hash *root, uint64_t *count)
{
    bool found;
    TRY(store_root_row(reader->kv, reader->snapshot, root, count, &found));
    if (!found) { /* nothing was ever written */
        struct root *none = root_new();
        *root = root_hash(none);
        *count = root_count(none);
        root_free(none);
    }
    return status_ok();
}

/* --- verify --- */

static struct status store_root_compute(struct store_reader *reader, struct root *root)
{
    struct store_range range = { .as_of = STORE_LATEST };
    struct store_scan *scan;
    struct store_row row = { .found = true };
    TRY(store_scan_open(reader, STORE_ENTITY, &range, &scan));
    struct status st = status_ok();
    while (st.code == STATUS_OK && row.found) {
        st = store_scan_next(scan, &row);
        if (st.code == STATUS_OK && row.found) {
            root_add(root, row.key, row.since, row.value);
        }
    }
    store_scan_close(scan);
    return st;
}

/* In which part of the keys the difference lies, where the stored parts can tell. */
static struct status store_root_differs(struct store_reader *reader, const struct root *computed)
{
    assert(computed != NULL);
    struct root *kept;
    char where[64] = "";
    struct status st = store_root_load(reader->kv, reader->snapshot, &kept);
    for (unsigned part = 0; st.code == STATUS_OK && part < ROOT_PARTS; part++) {
        if (!str_eq(root_part(kept, part), root_part(computed, part))) {
            snprintf(where, sizeof where, ", but part %u of %d differs", part, ROOT_PARTS);
            break;
        }
    }
    if (st.code == STATUS_OK) {
        root_free(kept);
    }
    return status_error(STATUS_DATA_LOSS,
                        "expected the rows to give the state root that the store keeps%s", where);
}

struct status store_verify_root(struct store_reader *reader, struct hash *root, uint64_t *count)
{
    struct hash kept;
    uint64_t kept_count;
    TRY(store_root(reader, &kept, &kept_count));
    struct root *computed = root_new();
    struct status st = store_root_compute(reader, computed);
    *root = root_hash(computed);
    *count = root_count(computed);
    if (st.code == STATUS_OK && !hash_eq(root, &kept)) {
        st = store_root_differs(reader, computed);
    }
    root_free(computed);
    return st;
}
