/* Point reads. As of a version: the latest row answers if it is not younger; else the first history
 * row that ended after the version answers if it began by then; else the key did not exist. So the
 * latest read costs one look-up however long the history is, and a past one costs one seek more. */
#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/store/internal.h"

struct status store_row_decode(enum store_family family, struct str stored, uint64_t *since,
                               struct str *value)
{
    if (!store_is_versioned(family)) {
        *since = 0;
        *value = stored;
        return status_ok();
    }
    if (stored.size < KV_VERSION_SIZE) {
        return status_error(STATUS_DATA_LOSS,
                            "expected a row of at least 8 bytes, but there are '%zu'", stored.size);
    }
    *since = num_get_u64be(stored.data);
    *value = str_from(stored, KV_VERSION_SIZE);
    return status_ok();
}

struct status store_history_key(struct str stored, struct str *key, uint64_t *until)
{
    if (stored.size < KV_VERSION_SIZE) {
        return status_error(STATUS_DATA_LOSS,
                            "expected a history key of at least 8 bytes, but there are '%zu'",
                            stored.size);
    }
    size_t size = stored.size - KV_VERSION_SIZE;
    *key = str_make(stored.data, size);
    *until = num_get_u64be(stored.data + size);
    return status_ok();
}

struct status store_reader_open(struct store *store, struct store_reader **out)
{
    struct store_reader *reader = mem_zalloc(1, sizeof *reader);
    reader->kv = store->kv;
    reader->kv->ops->snapshot_open(reader->kv, &reader->snapshot);
    *out = reader;
    return status_ok();
}

void store_reader_close(struct store_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    for (int i = 0; i < KV_COLUMNS; i++) {
        if (reader->history[i] != NULL) {
            reader->history[i]->ops->close(reader->history[i]);
        }
        if (reader->spare[i] != NULL) {
            reader->spare[i]->ops->close(reader->spare[i]);
        }
    }
    if (reader->spare_last_part != NULL) {
        reader->spare_last_part->ops->close(reader->spare_last_part);
    }
    reader->kv->ops->snapshot_close(reader->kv, reader->snapshot);
    mem_free(reader);
}

struct kv_iter *store_reader_take_iter(struct store_reader *reader, enum kv_column column)
{
    struct kv_iter *iter = reader->spare[column];
    reader->spare[column] = NULL;
    return iter != NULL ? iter
                        : reader->kv->ops->iter_open(reader->kv, reader->snapshot, column, false);
}

void store_reader_give_iter(struct store_reader *reader, enum kv_column column,
                            struct kv_iter *iter)
{
    assert(column < KV_COLUMNS);
    assert(iter != NULL);
    if (reader->spare[column] == NULL) {
        reader->spare[column] = iter;
    } else {
        iter->ops->close(iter);
    }
}

/* Looks in the history for what the key was at `as_of`, which is not what it is now. */
static struct status store_get_past(struct store_reader *reader, struct arena *arena,
                                    enum store_family family, uint64_t as_of, struct store_row *row)
{
    assert(as_of < STORE_LATEST); /* so that there is a version behind it to seek */
    assert(!row->found);
    enum kv_column column = store_history_column(family);
    if (reader->history[column] == NULL) {
        reader->history[column] =
            reader->kv->ops->iter_open(reader->kv, reader->snapshot, column, true);
    }
    struct kv_iter *iter = reader->history[column];
    char *seek;
    ARENA_TRY(arena, seek, arena_alloc(arena, row->key.size + KV_VERSION_SIZE));
    memcpy(seek, row->key.data, row->key.size);
    num_put_u64be(seek + row->key.size, as_of + 1);
    TRY(iter->ops->seek(iter, str_make(seek, row->key.size + KV_VERSION_SIZE)));
    struct str key = { 0 };
    uint64_t until;
    if (!iter->valid) {
        return status_ok();
    }
    TRY(store_history_key(iter->key, &key, &until));
    if (!str_eq(key, row->key)) {
        return status_ok();
    }
    struct str value;
    TRY(store_row_decode(family, iter->value, &row->since, &value));
    if (row->since > as_of) {
        return status_ok();
    }
    row->found = true;
    assert(row->since <= as_of);
    row->value = arena_copy(arena, value);
    return row->value.data == NULL ? arena_full(arena) : status_ok();
}

/* From the latest row, or its absence, to the row as of a version. */
static struct status store_get_as_of(struct store_reader *reader, struct arena *arena,
                                     enum store_family family, const struct kv_value *latest,
                                     uint64_t as_of, struct store_row *row)
{
    row->found = latest->found;
    if (latest->found) {
        TRY(store_row_decode(family, latest->bytes, &row->since, &row->value));
    }
    if (as_of == STORE_LATEST || (row->found && row->since <= as_of)) {
        return status_ok();
    }
    row->found = false;
    return store_get_past(reader, arena, family, as_of, row);
}

/* Keys are read in groups of this many, which bounds what lies on the stack. */
enum { STORE_GET_GROUP = 64 };

static struct status store_get_group(struct store_reader *reader, struct arena *arena,
                                     enum store_family family, const struct str *keys,
                                     size_t keys_count, uint64_t as_of, struct store_row *rows)
{
    struct kv_value latest[STORE_GET_GROUP];
    assert(keys_count > 0);
    assert(keys_count <= STORE_GET_GROUP);
    TRY(reader->kv->ops->get(reader->kv, reader->snapshot, arena, store_column(family), keys,
                             keys_count, latest));
    for (size_t i = 0; i < keys_count; i++) {
        rows[i] = (struct store_row){ .key = keys[i] };
        TRY(store_get_as_of(reader, arena, family, &latest[i], as_of, &rows[i]));
    }
    return status_ok();
}

struct status store_multi_get(struct store_reader *reader, struct arena *arena,
                              enum store_family family, const struct str *keys, size_t keys_count,
                              uint64_t as_of, struct store_row *rows)
{
    assert(as_of == STORE_LATEST || store_has_history(family));
    while (keys_count > 0) {
        size_t group = keys_count < STORE_GET_GROUP ? keys_count : STORE_GET_GROUP;
        TRY(store_get_group(reader, arena, family, keys, group, as_of, rows));
        keys += group;
        rows += group;
        keys_count -= group;
    }
    return status_ok();
}

struct status store_get(struct store_reader *reader, struct arena *arena, enum store_family family,
                        struct str key, uint64_t as_of, struct store_row *row)
{
    return store_multi_get(reader, arena, family, &key, 1, as_of, row);
}

struct status store_position(struct store_reader *reader, struct arena *arena,
                             struct store_row *row)
{
    return store_get(reader, arena, STORE_META, STORE_KEY_POSITION, STORE_LATEST, row);
}
