#include "core/model/source.h"

#include "core/base/buf.h"
#include "core/base/hmap.h"
#include "core/model/key.h"

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

static struct status org_view_rows(const struct org_view *org, struct arena *arena,
                                   const struct source_range *range, struct str **ids,
                                   size_t *ids_count)
{
    TRY(source_rows(org->source, arena, range, ids, ids_count));
    for (size_t i = 0; i < *ids_count; i++) {
        TRY(key_last_part(arena, (*ids)[i], &(*ids)[i]));
    }
    return status_ok();
}

static struct status org_view_ids(void *self, struct arena *arena, enum index_number index,
                                  const struct str *parts, size_t parts_count, size_t limit,
                                  struct str **ids, size_t *ids_count)
{
    const struct org_view *org = self;
    const struct index_type *type = index_type(index);
    struct source_range range = { .limit = limit, .whole = parts_count == type->parts_count };
    char room[KEY_ROOM];
    struct buf prefix = buf_in(room, sizeof room);
    size_t asked = type->parts_asked;
    assert(parts_count >= asked);
    key_index(&prefix, org->view.org_id, index, (struct str){ 0 });
    range.skip = prefix.size;
    key_put_parts(&prefix, parts, asked);
    range.group.bytes.size = prefix.size;
    key_put_parts(&prefix, parts + asked, parts_count - asked);
    range.prefix.bytes = buf_str(&prefix);
    range.group.bytes.data = prefix.data;
    range.group.hash = hmap_hash(range.group.bytes);
    range.prefix.hash = parts_count == asked ? range.group.hash : hmap_hash(range.prefix.bytes);
    if (org->watch != NULL) {
        org->watch->rows(org->watch, &range);
    }
    struct status st = org_view_rows(org, arena, &range, ids, ids_count);
    buf_release(&prefix);
    return st;
}

void org_view_init(struct org_view *org, const struct source *source, struct str org_id)
{
    static const struct view_ops ops = { .get = org_view_get, .ids = org_view_ids };
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
