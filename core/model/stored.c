#include "core/model/stored.h"

#include "core/base/buf.h"
#include "core/model/key.h"
#include "core/pb/message.h"

static struct status stored_read(struct stored *stored, enum entity_kind kind, struct str key,
                                 const ProtobufCMessage **entity)
{
    struct store_row row;
    *entity = NULL;
    TRY(store_get(stored->reader, &stored->arena, STORE_ENTITY, key, stored->as_of, &row));
    if (row.found) {
        ProtobufCMessage *message;
        TRY(pb_unpack(&stored->arena, registry_entity(kind)->descriptor, row.value, PB_STORED,
                      &message));
        *entity = message;
    }
    omap_put(&stored->entities, key, str_make(entity, sizeof *entity), NULL);
    return status_ok();
}

static struct status stored_get(const struct source *source, struct str org_id,
                                enum entity_kind kind, struct str id,
                                const ProtobufCMessage **entity)
{
    struct stored *stored = (struct stored *)(uintptr_t)source; /* what it keeps is no state */
    struct buf key = { 0 };
    struct status st = status_ok();
    key_entity(&key, org_id, kind, id);
    struct omap_entry *known = omap_find(&stored->entities, buf_str(&key));
    if (known != NULL) {
        memcpy(entity, known->value.data, sizeof *entity);
    } else {
        st = status_prefix(stored_read(stored, kind, buf_str(&key), entity), "read %s '%.*s'",
                           registry_entity(kind)->name, STR_ARG(id));
    }
    buf_release(&key);
    return st;
}

/* Keys of a scan, growing in the arena. */
struct stored_keys {
    struct str *items;
    size_t count;
    size_t cap;
};

static struct status stored_keys_add(struct stored_keys *keys, struct arena *arena, struct str key)
{
    if (keys->count == keys->cap) {
        size_t cap = keys->cap == 0 ? 16 : keys->cap * 2;
        struct str *items;
        ARENA_TRY(arena, items, arena_alloc(arena, cap * sizeof *items));
        if (keys->count > 0) {
            memcpy(items, keys->items, keys->count * sizeof *items);
        }
        keys->items = items;
        keys->cap = cap;
    }
    struct str *item = &keys->items[keys->count++];
    *item = arena_copy(arena, key);
    return item->data == NULL ? arena_full(arena) : status_ok();
}

static struct status stored_scan(struct store_scan *scan, struct arena *arena, size_t skip,
                                 size_t limit, struct stored_keys *keys)
{
    while (keys->count < limit) {
        struct store_row row;
        TRY(store_scan_next(scan, &row));
        if (!row.found) {
            break;
        }
        TRY(stored_keys_add(keys, arena, str_from(row.key, skip)));
    }
    return status_ok();
}

static struct status stored_read_rows(const struct stored *stored, struct arena *arena,
                                      struct str prefix, size_t skip, size_t limit,
                                      struct stored_keys *found)
{
    struct store_scan *scan;
    struct store_range range = { .prefix = prefix, .as_of = stored->as_of };
    TRY(store_scan_open(stored->reader, STORE_INDEX, &range, &scan));
    struct status st = stored_scan(scan, arena, skip, limit, found);
    store_scan_close(scan);
    return st;
}

static struct status stored_find_rows(struct stored *stored, struct arena *arena, struct str prefix,
                                      size_t skip, size_t limit, struct str **keys,
                                      size_t *keys_count)
{
    bool known;
    TRY(row_cache_find(&stored->rows, arena, prefix, limit, keys, keys_count, &known));
    if (known) {
        return status_ok();
    }
    struct stored_keys found = { 0 };
    TRY(stored_read_rows(stored, arena, prefix, skip, limit, &found));
    *keys = found.items;
    *keys_count = found.count;
    return row_cache_keep(&stored->rows, prefix, found.items, found.count, found.count < limit);
}

static struct status stored_rows(const struct source *source, struct arena *arena,
                                 struct str org_id, enum index_number index, struct str prefix,
                                 size_t limit, struct str **keys, size_t *keys_count)
{
    struct stored *stored = (struct stored *)(uintptr_t)source; /* what it keeps is no state */
    struct buf key = { 0 };
    key_index(&key, org_id, index, (struct str){ 0 });
    size_t skip = key.size;
    buf_append(&key, prefix);
    struct status st =
        stored_find_rows(stored, arena, buf_str(&key), skip, limit, keys, keys_count);
    buf_release(&key);
    return st;
}

static struct status stored_value(const struct source *source, struct arena *arena, struct str key,
                                  struct str *value)
{
    const struct stored *stored = (const struct stored *)source;
    struct store_row row;
    TRY(store_get(stored->reader, arena, key_family(key), key, STORE_LATEST, &row));
    *value = row.found ? row.value : (struct str){ 0 };
    return status_ok();
}

void stored_init(struct stored *stored, struct store_reader *reader, uint64_t as_of,
                 size_t memory_max)
{
    static const struct source_ops ops = { .get = stored_get,
                                           .rows = stored_rows,
                                           .value = stored_value };
    *stored = (struct stored){ .source = { &ops }, .reader = reader, .as_of = as_of };
    arena_init(&stored->arena, memory_max);
    omap_init(&stored->entities);
    row_cache_init(&stored->rows, &stored->arena);
}

static void stored_forget(struct stored *stored)
{
    omap_release(&stored->entities);
    row_cache_release(&stored->rows);
    arena_reset(&stored->arena);
}

void stored_release(struct stored *stored)
{
    omap_release(&stored->entities);
    row_cache_release(&stored->rows);
    arena_release(&stored->arena);
}

bool stored_crowded(const struct stored *stored)
{
    enum { ENTRY_SIZE = 160 }; /* of a map, with its key: what is not there is remembered, too */
    size_t entries = stored->entities.count + stored->rows.lists.count;
    return stored->arena.used + entries * ENTRY_SIZE > stored->arena.cap / 2;
}

struct status stored_renew(struct stored *stored, struct store_reader *reader,
                           const struct store_change *changes, size_t changes_count)
{
    stored->reader = reader;
    if (stored_crowded(stored)) {
        stored_forget(stored);
        return status_ok();
    }
    for (size_t i = 0; i < changes_count; i++) {
        if (changes[i].family == STORE_ENTITY) {
            omap_delete(&stored->entities, changes[i].key);
        } else if (changes[i].family == STORE_INDEX) {
            TRY(row_cache_forget(&stored->rows, changes[i].key));
        }
    }
    return status_ok();
}
