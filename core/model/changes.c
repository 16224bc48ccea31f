/* Only what is asked for is made ready for it: an entity is kept packed, as the store gets it, and
 * decoded when it is read for the first time; index rows are put into groups when the first
 * question about any comes, and those of a group into order when it is about them. A rebuild asks
 * for few entities and no rows; a decider never asks for most groups. */
#include "core/model/changes.h"

#include "core/base/memory.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* A batch is cut far below (projectors, writers); the cap is only a backstop. */
static const size_t CHANGES_MEMORY_MAX = (size_t)4 << 30;

/* The newest value of a key, and those before it. */
struct changes_row {
    struct str value;
    uint64_t version;
    const struct changes_row *before; /* NULL: it lies under these changes, if there is one */
    const ProtobufCMessage *entity;   /* decoded, or NULL */
};

/* An index row that is not in order yet. */
struct changes_waiting {
    const struct changes_waiting *next;
    struct str key;
    enum layer_row what;
};

/* Index rows that begin alike, as far as every question says. */
struct changes_group {
    struct omap ordered;        /* as layer_rows_over takes it */
    struct changes_group *next; /* of those that have something in order */
    const struct changes_waiting *waiting;
    struct changes_waiting *last; /* of them */
};

/* ---- adding ---- */

static struct status changes_push(struct changes *changes, struct store_change change)
{
    assert(change.key.size > 0);
    change.key = arena_copy(&changes->memory, change.key);
    if (change.key.data == NULL) {
        return arena_full(&changes->memory);
    }
    if (changes->count == changes->cap) {
        changes->cap = changes->cap == 0 ? 64 : changes->cap * 2;
        changes->items = mem_realloc(changes->items, changes->cap * sizeof *changes->items);
    }
    assert(changes->count < changes->cap);
    changes->items[changes->count++] = change;
    return status_ok();
}

static struct status changes_add_entity(struct changes *changes, const struct omap_entry *entry,
                                        uint64_t version)
{
    struct store_change change = { .family = STORE_ENTITY, .key = entry->key, .version = version };
    TRY(pb_pack(&changes->memory, layer_entity(entry), &change.value));
    return changes_push(changes, change);
}

static struct status changes_add_row(struct changes *changes, const struct omap_entry *entry,
                                     uint64_t version)
{
    enum store_family family;
    assert(entry->value.size == 1); /* an enum layer_row */
    TRY(key_index_family(entry->key, &family));
    return changes_push(changes, (struct store_change){
                                     .family = family,
                                     .is_delete = entry->value.data[0] == LAYER_ROW_DELETED,
                                     .key = entry->key,
                                     .version = version,
                                 });
}

struct status changes_put(struct changes *changes, struct str key, struct str value)
{
    struct store_change change = { .family = key_family(key), .key = key };
    change.value = arena_copy(&changes->memory, value);
    if (change.value.data == NULL) {
        return arena_full(&changes->memory);
    }
    return changes_push(changes, change);
}

void changes_cut(struct changes *changes, size_t count)
{
    assert(count <= changes->count && count >= changes->grouped_count);
    changes->count = count;
}

static struct status changes_collect(struct changes *changes, const struct layer *layer,
                                     uint64_t version)
{
    const struct str first = STR("");
    for (struct omap_entry *e = omap_lower_bound(&layer->entities, first); e != NULL;
         e = omap_next(e)) {
        TRY(changes_add_entity(changes, e, version));
    }
    for (struct omap_entry *e = omap_lower_bound(&layer->rows, first); e != NULL;
         e = omap_next(e)) {
        TRY(changes_add_row(changes, e, version));
    }
    for (struct omap_entry *e = omap_lower_bound(&layer->values, first); e != NULL;
         e = omap_next(e)) {
        TRY(changes_put(changes, e->key, e->value));
    }
    return status_ok();
}

static bool changes_is_row(const struct store_change *change)
{
    return change->family == STORE_INDEX ||
           (change->family == STORE_INDEX_LATEST && key_is_index_row(change->key));
}

/* From now on questions find what was added from item `begin` on. */
static void changes_show(struct changes *changes, size_t begin, struct changes_row *rows)
{
    assert(begin <= changes->count);
    for (size_t i = begin; i < changes->count; i++) {
        const struct store_change *change = &changes->items[i];
        if (!changes_is_row(change)) {
            struct hmap_entry *entry =
                hmap_put(&changes->latest, change->key, hmap_hash(change->key));
            *rows = (struct changes_row){ .value = change->value,
                                          .version = change->version,
                                          .before = entry->value };
            entry->value = rows++;
        }
    }
}

struct status changes_add(struct changes *changes, const struct layer *layer, uint64_t version)
{
    size_t begin = changes->count, rows_count = layer->entities.count + layer->values.count;
    struct changes_row *rows;
    assert(version > 0 || layer->entities.count == 0); /* without events nothing changes */
    ARENA_TRY(&changes->memory, rows, arena_alloc(&changes->memory, rows_count * sizeof *rows));
    TRY(changes_collect(changes, layer, version));
    assert(changes->count == begin + rows_count + layer->rows.count);
    changes_show(changes, begin, rows);
    changes->decisions_count++;
    return status_ok();
}

/* ---- reading ---- */

static struct status changes_get(const struct source *source, enum entity_kind kind,
                                 const struct source_key *key, const ProtobufCMessage **entity)
{
    struct changes *changes = (struct changes *)(uintptr_t)source; /* decoding changes no state */
    const struct hmap_entry *entry = hmap_find(&changes->latest, key->bytes, key->hash);
    if (entry == NULL) {
        return source_get(changes->under, kind, key, entity);
    }
    struct changes_row *row = entry->value;
    if (row->entity == NULL) {
        TRY(pb_unpack(&changes->asked, registry_entity(kind)->descriptor, row->value, PB_STORED,
                      &row->entity));
    }
    *entity = row->entity;
    return status_ok();
}

bool changes_at(const struct changes *changes, const struct source_key *key, uint64_t version,
                struct str *value)
{
    const struct hmap_entry *entry = hmap_find(&changes->latest, key->bytes, key->hash);
    const struct changes_row *row = entry == NULL ? NULL : entry->value;
    while (row != NULL && row->version > version) {
        assert(row->before == NULL || row->before->version <= row->version);
        row = row->before;
    }
    *value = row == NULL ? (struct str){ 0 } : row->value;
    return row != NULL;
}

static struct status changes_value(const struct source *source, struct arena *arena,
                                   const struct source_key *key, struct str *value)
{
    const struct changes *changes = (const struct changes *)source;
    const struct hmap_entry *entry = hmap_find(&changes->latest, key->bytes, key->hash);
    if (entry == NULL) {
        return source_value(changes->under, arena, key, value);
    }
    const struct changes_row *row = entry->value;
    *value = arena_copy(arena, row->value);
    return value->data == NULL ? arena_full(arena) : status_ok();
}

static struct status changes_group_row(struct changes *changes, const struct store_change *change)
{
    struct str key;
    struct changes_waiting *row;
    assert(changes_is_row(change));
    TRY(key_group(change->key, &key));
    ARENA_TRY(&changes->asked, row, arena_alloc(&changes->asked, sizeof *row));
    *row =
        (struct changes_waiting){ .key = change->key,
                                  .what = change->is_delete ? LAYER_ROW_DELETED : LAYER_ROW_PUT };
    struct hmap_entry *entry = hmap_put(&changes->groups, key, hmap_hash(key));
    if (entry->value == NULL) {
        ARENA_TRY(&changes->asked, entry->value,
                  arena_alloc(&changes->asked, sizeof(struct changes_group)));
        *(struct changes_group *)entry->value = (struct changes_group){ 0 };
    }
    struct changes_group *group = entry->value;
    *(group->waiting == NULL ? &group->waiting : &group->last->next) = row;
    group->last = row;
    return status_ok();
}

static struct status changes_group_rows(struct changes *changes)
{
    assert(changes->grouped_count <= changes->count);
    for (; changes->grouped_count < changes->count; changes->grouped_count++) {
        const struct store_change *change = &changes->items[changes->grouped_count];
        if (changes_is_row(change)) {
            TRY(changes_group_row(changes, change));
        }
    }
    return status_ok();
}

static const struct omap *changes_order(struct changes *changes, struct changes_group *group)
{
    if (group->ordered.count == 0) {
        group->next = changes->ordered;
        changes->ordered = group;
    }
    for (const struct changes_waiting *row = group->waiting; row != NULL; row = row->next) {
        char what = (char)row->what;
        omap_put(&group->ordered, row->key, str_make(&what, 1), NULL);
    }
    group->waiting = NULL;
    assert(group->ordered.count > 0); /* a group begins with its first row */
    return &group->ordered;
}

static struct status changes_rows(const struct source *source, struct arena *arena,
                                  const struct source_range *range, struct str **keys,
                                  size_t *keys_count)
{
    struct changes *changes = (struct changes *)(uintptr_t)source; /* order changes no state */
    TRY(changes_group_rows(changes));
    const struct hmap_entry *entry =
        hmap_find(&changes->groups, range->group.bytes, range->group.hash);
    return entry == NULL ? source_rows(changes->under, arena, range, keys, keys_count)
                         : layer_rows_over(changes_order(changes, entry->value), changes->under,
                                           arena, range, keys, keys_count);
}

/* ---- life ---- */

void changes_init(struct changes *changes, const struct source *under)
{
    static const struct source_ops ops = { .get = changes_get,
                                           .rows = changes_rows,
                                           .value = changes_value };
    assert(under != NULL);
    *changes = (struct changes){ .source = { &ops }, .under = under };
    arena_init(&changes->memory, CHANGES_MEMORY_MAX);
    arena_init(&changes->asked, CHANGES_MEMORY_MAX);
}

static void changes_forget(struct changes *changes)
{
    for (struct changes_group *group = changes->ordered; group != NULL; group = group->next) {
        omap_release(&group->ordered);
    }
    changes->ordered = NULL;
    changes->count = changes->grouped_count = changes->decisions_count = 0;
}

void changes_release(struct changes *changes)
{
    changes_forget(changes);
    hmap_release(&changes->groups);
    hmap_release(&changes->latest);
    arena_release(&changes->memory);
    arena_release(&changes->asked);
    mem_free(changes->items);
    *changes = (struct changes){ 0 };
}

void changes_reset(struct changes *changes)
{
    changes_forget(changes);
    hmap_clear(&changes->groups);
    hmap_clear(&changes->latest);
    arena_reset(&changes->memory);
    arena_reset(&changes->asked);
}

size_t changes_size(const struct changes *changes)
{
    return changes->memory.used;
}
