#include "core/model/source.h"

#include "core/base/buf.h"
#include "core/base/hmap.h"
#include "core/model/key.h"
#include "core/store/key.h"

static struct status org_view_get(void *self, enum entity_kind kind, struct str id,
                                  const ProtobufCMessage **entity)
{
    const struct org_view *org = self;
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_entity(&key, org->view.org_id, kind, id);
    const struct source_key hashed = { buf_str(&key), hmap_hash(buf_str(&key)) };
    if (org->watch != NULL) {
        org->watch->entity(org->watch, &hashed);
    }
    struct status st = source_get(org->source, kind, &hashed, entity);
    buf_release(&key);
    return st;
}

/* The keys of some rows, without org and index. */
static struct status org_view_keys(const struct org_view *org, struct arena *arena,
                                   const struct view_range *asked, struct str **keys,
                                   size_t *keys_count)
{
    const struct index_type *type = index_type(asked->index);
    size_t given = asked->parts_count, first = type->parts_asked;
    struct source_range range = { .limit = asked->limit,
                                  .whole = given == type->parts_count,
                                  .latest = type->latest };
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    assert(given >= first && given <= type->parts_count);
    assert(given + asked->from_count <= type->parts_count + 1); /* the id is the last one */
    key_index(&key, org->view.org_id, asked->index, (struct str){ 0 });
    range.skip = key.size;
    key_put_parts(&key, asked->parts, first);
    range.group.bytes.size = key.size;
    key_put_parts(&key, asked->parts + first, given - first);
    range.prefix.bytes.size = key.size;
    key_put_parts(&key, asked->from, asked->from_count);
    range.group.bytes.data = range.prefix.bytes.data = key.data;
    range.from = asked->from_count == 0 ? STR("") : buf_str(&key);
    range.group.hash = hmap_hash(range.group.bytes);
    range.prefix.hash = given == first ? range.group.hash : hmap_hash(range.prefix.bytes);
    if (org->watch != NULL) {
        org->watch->rows(org->watch, &range);
    }
    assert(range.skip <= range.group.bytes.size &&
           range.group.bytes.size <= range.prefix.bytes.size);
    struct status st = source_rows(org->source, arena, &range, keys, keys_count);
    buf_release(&key);
    return st;
}

static struct status org_view_ids(void *self, struct arena *arena, enum index_number index,
                                  const struct str *parts, size_t parts_count, size_t limit,
                                  struct str **ids, size_t *ids_count)
{
    const struct view_range range = {
        .index = index, .parts = parts, .parts_count = parts_count, .limit = limit
    };
    TRY(org_view_keys(self, arena, &range, ids, ids_count));
    for (size_t i = 0; i < *ids_count; i++) {
        TRY(key_last_part(arena, (*ids)[i], &(*ids)[i]));
    }
    return status_ok();
}

static struct status org_view_rows(void *self, struct arena *arena, const struct view_range *range,
                                   struct view_row **rows, size_t *rows_count)
{
    struct str *keys;
    TRY(org_view_keys(self, arena, range, &keys, rows_count));
    ARENA_TRY(arena, *rows, arena_alloc(arena, (*rows_count + 1) * sizeof **rows));
    for (size_t i = 0; i < *rows_count; i++) {
        struct str key = keys[i];
        for (size_t part = 0; part < index_type(range->index)->parts_count; part++) {
            TRY(key_get_str(&key, arena, &(*rows)[i].parts[part]));
        }
        TRY(key_get_str(&key, arena, &(*rows)[i].id));
    }
    return status_ok();
}

void org_view_init(struct org_view *org, const struct source *source, struct str org_id)
{
    static const struct view_ops ops = { .get = org_view_get,
                                         .ids = org_view_ids,
                                         .rows = org_view_rows };
    assert(source != NULL);
    org->source = source;
    org->watch = NULL;
    org->view = (struct view){ .ops = &ops, .self = org, .org_id = org_id };
}

static struct status source_empty_get(const struct source *source, enum entity_kind kind,
                                      const struct source_key *key, const ProtobufCMessage **entity)
{
    (void)source;
    (void)kind;
    (void)key;
    *entity = NULL;
    return status_ok();
}

static struct status source_empty_rows(const struct source *source, struct arena *arena,
                                       const struct source_range *range, struct str **keys,
                                       size_t *keys_count)
{
    (void)source;
    (void)arena;
    (void)range;
    *keys = NULL;
    *keys_count = 0;
    return status_ok();
}

static struct status source_empty_value(const struct source *source, struct arena *arena,
                                        const struct source_key *key, struct str *value)
{
    (void)source;
    (void)arena;
    (void)key;
    *value = (struct str){ 0 };
    return status_ok();
}

const struct source *source_empty(void)
{
    static const struct source_ops ops = { .get = source_empty_get,
                                           .rows = source_empty_rows,
                                           .value = source_empty_value };
    static const struct source empty = { .ops = &ops };
    return &empty;
}
