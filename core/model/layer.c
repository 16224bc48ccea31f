/* A layer keeps what changed in two ordered maps; reads look here first, then below. A row that was
 * deleted stays as a tombstone, as the source below may still have it. */
#include "core/model/layer.h"

#include "core/base/buf.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* Bounded by what is in flight (core/writers) and by one batch of a fold; the cap is only a
 * backstop. */
static const size_t LAYER_COPIES_MAX = (size_t)4 << 30;

enum { ROW_DELETED = 0, ROW_PUT = 1 };

static struct str layer_key(struct buf *buf, unsigned first, struct str rest)
{
    buf->size = 0;
    buf_byte(buf, (uint8_t)first);
    buf_append(buf, rest);
    return buf_str(buf);
}

static const ProtobufCMessage *layer_message(const struct omap_entry *entry)
{
    const ProtobufCMessage *message;
    assert(entry->value.size == sizeof message);
    memcpy(&message, entry->value.data, sizeof message);
    return message;
}

static struct status layer_get(const struct source *source, enum entity_kind kind, struct str id,
                               const ProtobufCMessage **entity)
{
    const struct layer *layer = (const struct layer *)source;
    struct buf buf = { 0 };
    struct omap_entry *entry = omap_find(&layer->entities, layer_key(&buf, kind, id));
    buf_release(&buf);
    if (entry == NULL) {
        return source_get(layer->under, kind, id, entity);
    }
    *entity = layer_message(entry);
    return status_ok();
}

/* The layer's own rows of one prefix. */
struct layer_run {
    struct omap_entry *entry; /* the next one, or NULL */
    struct str prefix;
};

static struct omap_entry *layer_run_check(const struct layer_run *run, struct omap_entry *entry)
{
    return entry != NULL && str_starts(entry->key, run->prefix) ? entry : NULL;
}

static size_t layer_run_tombstones(struct layer_run run)
{
    size_t count = 0;
    while (run.entry != NULL) {
        count += run.entry->value.data[0] == ROW_DELETED;
        run.entry = layer_run_check(&run, omap_next(run.entry));
    }
    return count;
}

static struct status layer_merge_rows(struct arena *arena, struct layer_run run,
                                      const struct str *under, size_t under_count, size_t limit,
                                      struct str *keys, size_t *keys_count)
{
    size_t count = 0, next = 0;
    while (count < limit && (run.entry != NULL || next < under_count)) {
        int order = run.entry == NULL ? 1 : -1;
        if (run.entry != NULL && next < under_count) {
            order = str_cmp(str_from(run.entry->key, 1), under[next]);
        }
        if (order > 0) {
            keys[count++] = under[next++];
            continue;
        }
        next += order == 0;
        if (run.entry->value.data[0] == ROW_PUT) {
            keys[count] = arena_copy(arena, str_from(run.entry->key, 1));
            if (keys[count++].data == NULL) {
                return arena_full(arena);
            }
        }
        run.entry = layer_run_check(&run, omap_next(run.entry));
    }
    *keys_count = count;
    return status_ok();
}

static size_t layer_run_count(struct layer_run run)
{
    size_t count = 0;
    while (run.entry != NULL) {
        count++;
        run.entry = layer_run_check(&run, omap_next(run.entry));
    }
    return count;
}

static struct status layer_rows(const struct source *source, struct arena *arena,
                                enum index_number index, struct str prefix, size_t limit,
                                struct str **keys, size_t *keys_count)
{
    const struct layer *layer = (const struct layer *)source;
    struct buf buf = { 0 };
    struct layer_run run = { .prefix = layer_key(&buf, index, prefix) };
    run.entry = layer_run_check(&run, omap_lower_bound(&layer->rows, run.prefix));
    struct str *under = NULL;
    size_t under_count = 0;
    size_t under_limit = limit + layer_run_tombstones(run);
    struct status st;
    TRY_OUT(source_rows(layer->under, arena, index, prefix, under_limit, &under, &under_count));
    size_t room = under_count + layer_run_count(run);
    *keys = arena_alloc(arena, (room + 1) * sizeof **keys);
    if (*keys == NULL) {
        st = arena_full(arena);
        goto out;
    }
    st = layer_merge_rows(arena, run, under, under_count, limit, *keys, keys_count);
out:
    buf_release(&buf);
    return st;
}

static const struct source_ops layer_source_ops = { .get = layer_get, .rows = layer_rows };

void layer_init(struct layer *layer, const struct source *under)
{
    *layer = (struct layer){ .source = { &layer_source_ops }, .under = under };
    omap_init(&layer->entities);
    omap_init(&layer->rows);
    arena_init(&layer->copies, LAYER_COPIES_MAX);
}

void layer_release(struct layer *layer)
{
    omap_release(&layer->entities);
    omap_release(&layer->rows);
    arena_release(&layer->copies);
}

void layer_reset(struct layer *layer)
{
    omap_release(&layer->entities);
    omap_release(&layer->rows);
    arena_reset(&layer->copies);
}

static struct status layer_put_entity(void *self, enum entity_kind kind, struct str id,
                                      const ProtobufCMessage *entity)
{
    struct layer *layer = self;
    struct buf buf = { 0 };
    omap_put(&layer->entities, layer_key(&buf, kind, id), str_make(&entity, sizeof entity), NULL);
    buf_release(&buf);
    return status_ok();
}

static struct status layer_set_row(struct layer *layer, const struct index_row *row, struct str id,
                                   char what)
{
    struct arena arena;
    arena_init(&arena, EVENT_SIZE_MAX * 4);
    struct buf buf = { 0 };
    struct str key;
    struct status st;
    TRY_OUT(key_index_row(&arena, row, id, &key));
    omap_put(&layer->rows, layer_key(&buf, row->index, key), str_make(&what, 1), NULL);
out:
    buf_release(&buf);
    arena_release(&arena);
    return st;
}

static struct status layer_put_row(void *self, const struct index_row *row, struct str id)
{
    return layer_set_row(self, row, id, ROW_PUT);
}

static struct status layer_delete_row(void *self, const struct index_row *row, struct str id)
{
    return layer_set_row(self, row, id, ROW_DELETED);
}

const struct change_ops layer_changes = { .put_entity = layer_put_entity,
                                          .put_row = layer_put_row,
                                          .delete_row = layer_delete_row };

struct status layer_merge(struct layer *layer, const struct layer *from)
{
    for (struct omap_entry *e = omap_lower_bound(&from->entities, STR("")); e != NULL;
         e = omap_next(e)) {
        const ProtobufCMessage *copy;
        TRY(pb_copy(&layer->copies, layer_message(e), &copy));
        omap_put(&layer->entities, e->key, str_make(&copy, sizeof copy), NULL);
    }
    for (struct omap_entry *e = omap_lower_bound(&from->rows, STR("")); e != NULL;
         e = omap_next(e)) {
        omap_put(&layer->rows, e->key, e->value, NULL);
    }
    return status_ok();
}

struct status layer_each_entity(const struct layer *layer, layer_entity_function *function,
                                void *context)
{
    for (struct omap_entry *e = omap_lower_bound(&layer->entities, STR("")); e != NULL;
         e = omap_next(e)) {
        TRY(function(context, (enum entity_kind)(uint8_t)e->key.data[0], str_from(e->key, 1),
                     layer_message(e)));
    }
    return status_ok();
}

struct status layer_each_row(const struct layer *layer, layer_row_function *function, void *context)
{
    for (struct omap_entry *e = omap_lower_bound(&layer->rows, STR("")); e != NULL;
         e = omap_next(e)) {
        TRY(function(context, (enum index_number)(uint8_t)e->key.data[0], str_from(e->key, 1),
                     e->value.data[0] == ROW_DELETED));
    }
    return status_ok();
}
