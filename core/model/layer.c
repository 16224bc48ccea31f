/* A layer keeps what changed in ordered maps; reads look here first, then below. A row that was
 * deleted stays as a tombstone, as the source below may still have it. */
#include "core/model/layer.h"

#include "core/base/buf.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* A state in memory is small; the cap is only a backstop. */
static const size_t LAYER_COPIES_MAX = (size_t)4 << 30;

const ProtobufCMessage *layer_entity(const struct omap_entry *entry)
{
    const ProtobufCMessage *message;
    assert(entry->value.size == sizeof message);
    memcpy(&message, entry->value.data, sizeof message);
    return message;
}

static struct status layer_get(const struct source *source, enum entity_kind kind,
                               const struct source_key *key, const ProtobufCMessage **entity)
{
    const struct layer *layer = (const struct layer *)source;
    const struct omap_entry *entry = omap_find(&layer->entities, key->bytes);
    if (entry == NULL) {
        return source_get(layer->under, kind, key, entity);
    }
    *entity = layer_entity(entry);
    return status_ok();
}

/* A map's own rows of one prefix. */
struct layer_run {
    struct omap_entry *entry; /* the next one, or NULL */
    struct str prefix;
    size_t org_size; /* bytes of the keys before the parts */
};

static struct omap_entry *layer_run_check(const struct layer_run *run, struct omap_entry *entry)
{
    return entry != NULL && str_starts(entry->key, run->prefix) ? entry : NULL;
}

static bool layer_is_put(const struct omap_entry *entry)
{
    assert(entry->value.size == 1); /* an enum layer_row */
    return entry->value.data[0] == LAYER_ROW_PUT;
}

/* Up to `limit` puts: with these the list is full, so no later row matters. */
static void layer_run_count(struct layer_run run, size_t limit, size_t *puts, size_t *tombstones)
{
    *puts = *tombstones = 0;
    while (run.entry != NULL && *puts < limit) {
        *(layer_is_put(run.entry) ? puts : tombstones) += 1;
        run.entry = layer_run_check(&run, omap_next(run.entry));
    }
    assert(*puts <= limit);
}

static struct status layer_merge_rows(struct arena *arena, struct layer_run run,
                                      const struct str *under, size_t under_count, size_t limit,
                                      struct str *keys, size_t *keys_count)
{
    size_t count = 0, next = 0;
    while (count < limit && (run.entry != NULL || next < under_count)) {
        int order = run.entry == NULL ? 1 : -1;
        if (run.entry != NULL && next < under_count) {
            order = str_cmp(str_from(run.entry->key, run.org_size), under[next]);
        }
        if (order > 0) {
            keys[count++] = under[next++];
            continue;
        }
        next += order == 0;
        if (layer_is_put(run.entry)) {
            keys[count] = arena_copy(arena, str_from(run.entry->key, run.org_size));
            if (keys[count++].data == NULL) {
                return arena_full(arena);
            }
        }
        run.entry = layer_run_check(&run, omap_next(run.entry));
    }
    assert(count <= limit && next <= under_count);
    *keys_count = count;
    return status_ok();
}

struct status layer_rows_over(const struct omap *own, const struct source *under,
                              struct arena *arena, const struct source_range *range,
                              struct str **keys, size_t *keys_count)
{
    struct layer_run run = { .org_size = range->skip, .prefix = range->prefix.bytes };
    assert(range->skip > 0 && range->skip <= run.prefix.size);
    assert(range->from.size == 0 || str_starts(range->from, run.prefix));
    run.entry = layer_run_check(
        &run, omap_lower_bound(own, range->from.size > 0 ? range->from : run.prefix));
    size_t puts, tombstones, below_count = 0;
    layer_run_count(run, range->limit, &puts, &tombstones);
    struct source_range more = *range;
    more.limit += tombstones;
    struct str *below = NULL;
    TRY(source_rows(under, arena, &more, &below, &below_count));
    if (puts == 0 && tombstones == 0) {
        *keys = below;
        *keys_count = below_count;
        return status_ok();
    }
    ARENA_TRY(arena, *keys, arena_alloc(arena, (below_count + puts + 1) * sizeof **keys));
    return layer_merge_rows(arena, run, below, below_count, range->limit, *keys, keys_count);
}

static struct status layer_rows(const struct source *source, struct arena *arena,
                                const struct source_range *range, struct str **keys,
                                size_t *keys_count)
{
    const struct layer *layer = (const struct layer *)source;
    return layer_rows_over(&layer->rows, layer->under, arena, range, keys, keys_count);
}

static struct status layer_value(const struct source *source, struct arena *arena,
                                 const struct source_key *key, struct str *value)
{
    const struct layer *layer = (const struct layer *)source;
    struct omap_entry *entry = omap_find(&layer->values, key->bytes);
    if (entry == NULL) {
        return source_value(layer->under, arena, key, value);
    }
    *value = arena_copy(arena, entry->value);
    return value->data == NULL ? arena_full(arena) : status_ok();
}

static const struct source_ops layer_source_ops = { .get = layer_get,
                                                    .rows = layer_rows,
                                                    .value = layer_value };

void layer_init(struct layer *layer, const struct source *under)
{
    assert(under != NULL);
    *layer = (struct layer){ .source = { &layer_source_ops }, .under = under };
    omap_init(&layer->entities);
    omap_init(&layer->rows);
    omap_init(&layer->values);
    arena_init(&layer->copies, LAYER_COPIES_MAX);
}

void layer_release(struct layer *layer)
{
    omap_release(&layer->entities);
    omap_release(&layer->rows);
    omap_release(&layer->values);
    arena_release(&layer->copies);
}

void layer_reset(struct layer *layer)
{
    omap_release(&layer->entities);
    omap_release(&layer->rows);
    omap_release(&layer->values);
    arena_reset(&layer->copies);
}

static struct status layer_put_entity(void *self, enum entity_kind kind, struct str id,
                                      const ProtobufCMessage *entity)
{
    const struct layer_org *org = self;
    assert(entity != NULL); /* nothing is ever taken away */
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_entity(&key, org->org_id, kind, id);
    omap_put(&org->layer->entities, buf_str(&key), str_make(&entity, sizeof entity), NULL);
    buf_release(&key);
    return status_ok();
}

static struct status layer_set_row(const struct layer_org *org, const struct index_row *row,
                                   struct str id, enum layer_row what)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_index_row(&key, org->org_id, row, id);
    char value = (char)what;
    omap_put(&org->layer->rows, buf_str(&key), str_make(&value, 1), NULL);
    buf_release(&key);
    return status_ok();
}

static struct status layer_put_row(void *self, const struct index_row *row, struct str id)
{
    return layer_set_row(self, row, id, LAYER_ROW_PUT);
}

static struct status layer_delete_row(void *self, const struct index_row *row, struct str id)
{
    return layer_set_row(self, row, id, LAYER_ROW_DELETED);
}

const struct change_ops layer_changes = { .put_entity = layer_put_entity,
                                          .put_row = layer_put_row,
                                          .delete_row = layer_delete_row };

void layer_put_value(struct layer *layer, struct str key, struct str value)
{
    assert(key.size > 0);
    omap_put(&layer->values, key, value, NULL);
}

static void layer_merge_map(struct omap *to, const struct omap *from)
{
    for (struct omap_entry *e = omap_lower_bound(from, STR("")); e != NULL; e = omap_next(e)) {
        omap_put(to, e->key, e->value, NULL);
    }
}

void layer_share(struct layer *layer, const struct layer *from)
{
    assert(from != layer);
    layer_merge_map(&layer->entities, &from->entities);
    layer_merge_map(&layer->rows, &from->rows);
    layer_merge_map(&layer->values, &from->values);
}

void layer_take(struct layer *layer, struct layer *from)
{
    assert(from->copies.used == 0);
    layer_share(layer, from);
    layer_reset(from);
}

struct status layer_merge(struct layer *layer, const struct layer *from)
{
    assert(from != layer);
    for (struct omap_entry *e = omap_lower_bound(&from->entities, STR("")); e != NULL;
         e = omap_next(e)) {
        const ProtobufCMessage *copy;
        TRY(pb_copy(&layer->copies, layer_entity(e), &copy));
        omap_put(&layer->entities, e->key, str_make(&copy, sizeof copy), NULL);
    }
    layer_merge_map(&layer->rows, &from->rows);
    layer_merge_map(&layer->values, &from->values);
    return status_ok();
}
