#include "core/model/changes.h"

#include "core/base/memory.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* A batch is cut far below (projectors, writers); the cap is only a backstop. */
static const size_t CHANGES_MEMORY_MAX = (size_t)4 << 30;

void changes_init(struct changes *changes)
{
    *changes = (struct changes){ 0 };
    arena_init(&changes->memory, CHANGES_MEMORY_MAX);
}

void changes_release(struct changes *changes)
{
    arena_release(&changes->memory);
    mem_free(changes->items);
    *changes = (struct changes){ 0 };
}

void changes_reset(struct changes *changes)
{
    arena_reset(&changes->memory);
    changes->count = 0;
    changes->decisions_count = 0;
}

size_t changes_size(const struct changes *changes)
{
    return changes->memory.used;
}

static struct status changes_push(struct changes *changes, struct store_change change)
{
    change.key = arena_copy(&changes->memory, change.key);
    if (change.key.data == NULL) {
        return arena_full(&changes->memory);
    }
    if (changes->count == changes->cap) {
        changes->cap = changes->cap == 0 ? 64 : changes->cap * 2;
        changes->items = mem_realloc(changes->items, changes->cap * sizeof *changes->items);
    }
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
    return changes_push(changes, (struct store_change){
                                     .family = STORE_INDEX,
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
    assert(count <= changes->count);
    changes->count = count;
}

struct status changes_add(struct changes *changes, const struct layer *layer, uint64_t version)
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
    changes->decisions_count++;
    return status_ok();
}
