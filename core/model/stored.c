#include "core/model/stored.h"

#include "core/model/history.h"
#include "core/model/key.h"
#include "core/pb/message.h"

static struct status stored_read(struct stored *stored, enum entity_kind kind,
                                 const struct source_key *key, const ProtobufCMessage **entity)
{
    struct store_row row;
    ProtobufCMessage *message = NULL;
    struct str kept = arena_copy(&stored->arena, key->bytes);
    if (kept.data == NULL) {
        return arena_full(&stored->arena);
    }
    TRY(store_get(stored->reader, &stored->arena, STORE_ENTITY, key->bytes, stored->as_of, &row));
    if (row.found) {
        TRY(pb_unpack(&stored->arena, registry_entity(kind)->descriptor, row.value, PB_STORED,
                      &message));
    }
    *entity = message;
    hmap_put(&stored->entities, kept, key->hash)->value = message;
    return status_ok();
}

static struct status stored_get(const struct source *source, enum entity_kind kind,
                                const struct source_key *key, const ProtobufCMessage **entity)
{
    struct stored *stored = (struct stored *)(uintptr_t)source; /* what it keeps is no state */
    const struct hmap_entry *known = hmap_find(&stored->entities, key->bytes, key->hash);
    if (known != NULL) {
        *entity = known->value;
        return status_ok();
    }
    struct status st = stored_read(stored, kind, key, entity);
    return st.code == STATUS_OK ? st : status_prefix(st, "read %s", registry_entity(kind)->name);
}

/* Keys of a scan, growing in the arena. */
struct stored_keys {
    struct str *items;
    size_t count;
    size_t cap;
};

static struct status stored_keys_add(struct stored_keys *keys, struct arena *arena, struct str key)
{
    ARENA_TRY(arena, keys->items,
              arena_grow(arena, keys->items, keys->count, sizeof *keys->items, &keys->cap));
    assert(keys->count < keys->cap);
    struct str *item = &keys->items[keys->count++];
    *item = arena_copy(arena, key);
    return item->data == NULL ? arena_full(arena) : status_ok();
}

static struct status stored_scan(struct store_scan *scan, struct arena *arena,
                                 const struct source_range *range, struct stored_keys *keys)
{
    while (keys->count < range->limit) {
        struct store_row row;
        TRY(store_scan_next(scan, &row));
        if (!row.found) {
            break;
        }
        assert(row.key.size > range->skip); /* it begins with the prefix */
        TRY(stored_keys_add(keys, arena, str_from(row.key, range->skip)));
    }
    assert(keys->count <= range->limit);
    return status_ok();
}

static struct status stored_read_rows(struct stored *stored, struct arena *arena,
                                      const struct source_range *range, struct stored_keys *found)
{
    struct store_scan *scan;
    assert(stored->dead_left <= STORED_DEAD_MAX);
    struct store_range rows = { .prefix = range->prefix.bytes,
                                .as_of = stored->as_of,
                                .start = range->from,
                                .dead_max = stored->dead_left + 1,
                                .last_part = range->whole && range->from.size == 0 &&
                                             !range->latest && stored->as_of == STORE_LATEST };
    TRY(store_scan_open(stored->reader, range->latest ? STORE_INDEX_LATEST : STORE_INDEX, &rows,
                        &scan));
    struct status st = stored_scan(scan, arena, range, found);
    const size_t dead = store_scan_dead(scan);
    store_scan_close(scan);
    if (dead > stored->dead_left) {
        stored->dead_left = 0;
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected a question that passes at most %d index rows which were gone "
                            "then, or not there yet, but there are more",
                            STORED_DEAD_MAX);
    }
    stored->dead_left -= dead;
    return st;
}

static struct status stored_rows(const struct source *source, struct arena *arena,
                                 const struct source_range *range, struct str **keys,
                                 size_t *keys_count)
{
    struct stored *stored = (struct stored *)(uintptr_t)source; /* what it keeps is no state */
    bool known;
    if (range->latest) {
        struct stored_keys rows = { 0 };
        assert(stored->as_of == STORE_LATEST);
        TRY(stored_read_rows(stored, arena, range, &rows));
        *keys = rows.items;
        *keys_count = rows.count;
        return status_ok();
    }
    TRY(row_cache_find(&stored->rows, arena, range, keys, keys_count, &known));
    if (known) {
        return status_ok();
    }
    struct stored_keys found = { 0 };
    TRY(stored_read_rows(stored, arena, range, &found));
    *keys = found.items;
    *keys_count = found.count;
    return row_cache_keep(&stored->rows, range, found.items, found.count);
}

static struct status stored_value(const struct source *source, struct arena *arena,
                                  const struct source_key *key, struct str *value)
{
    const struct stored *stored = (const struct stored *)source;
    struct store_row row;
    TRY(store_get(stored->reader, arena, key_family(key->bytes), key->bytes, STORE_LATEST, &row));
    *value = row.found ? row.value : (struct str){ 0 };
    return status_ok();
}

void stored_init(struct stored *stored, struct store_reader *reader, uint64_t as_of,
                 size_t memory_max)
{
    static const struct source_ops ops = { .get = stored_get,
                                           .rows = stored_rows,
                                           .value = stored_value };
    assert(reader != NULL);
    *stored = (struct stored){
        .source = { &ops }, .reader = reader, .as_of = as_of, .dead_left = STORED_DEAD_MAX
    };
    arena_init(&stored->arena, memory_max);
    row_cache_init(&stored->rows, &stored->arena);
}

struct status stored_decision(struct stored *stored, struct str org_id, uint64_t org_sequence,
                              const Agency__V1__DecisionRow **row)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_decision(&key, org_id, org_sequence);
    const uint64_t hash = hmap_hash(buf_str(&key));
    const struct hmap_entry *known = hmap_find(&stored->decisions, buf_str(&key), hash);
    struct str kept = known == NULL ? arena_copy(&stored->arena, buf_str(&key)) : known->key;
    buf_release(&key);
    if (known != NULL) {
        *row = known->value;
        return status_ok();
    }
    if (kept.data == NULL) {
        return arena_full(&stored->arena);
    }
    TRY(history_decision(stored->reader, &stored->arena, org_id, org_sequence, row));
    hmap_put(&stored->decisions, kept, hash)->value = (void *)(uintptr_t)*row;
    return status_ok();
}

static void stored_forget(struct stored *stored)
{
    hmap_release(&stored->decisions);
    hmap_release(&stored->entities);
    row_cache_release(&stored->rows);
    arena_reset(&stored->arena);
}

void stored_release(struct stored *stored)
{
    hmap_release(&stored->decisions);
    hmap_release(&stored->entities);
    row_cache_release(&stored->rows);
    arena_release(&stored->arena);
}

bool stored_crowded(const struct stored *stored)
{
    enum { ENTRY_SIZE = 128 }; /* of a map: what is not there is remembered, too */
    size_t entries = stored->entities.count + stored->rows.lists.count + stored->decisions.count;
    return stored->arena.used + entries * ENTRY_SIZE > stored->arena.cap / 2;
}

struct status stored_renew(struct stored *stored, struct store_reader *reader,
                           const struct store_change *changes, size_t changes_count)
{
    assert(reader != NULL && stored->as_of == STORE_LATEST);
    stored->reader = reader;
    if (stored_crowded(stored)) {
        stored_forget(stored);
        return status_ok();
    }
    for (size_t i = 0; i < changes_count; i++) {
        if (changes[i].family == STORE_ENTITY) {
            hmap_delete(&stored->entities, changes[i].key, hmap_hash(changes[i].key));
        } else if (changes[i].family == STORE_INDEX) {
            TRY(row_cache_forget(&stored->rows, changes[i].key));
        }
    }
    return status_ok();
}
