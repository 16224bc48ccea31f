#include "core/model/source.h"

#include "core/model/key.h"

static struct status org_view_get(void *self, enum entity_kind kind, struct str id,
                                  const ProtobufCMessage **entity)
{
    const struct org_view *org = self;
    return source_get(org->source, org->view.org_id, kind, id, entity);
}

static struct status org_view_ids(void *self, struct arena *arena, enum index_number index,
                                  const struct str *parts, size_t parts_count, size_t limit,
                                  struct str **ids, size_t *ids_count)
{
    const struct org_view *org = self;
    struct str prefix;
    TRY(key_parts(arena, parts, parts_count, &prefix));
    TRY(source_rows(org->source, arena, org->view.org_id, index, prefix, limit, ids, ids_count));
    for (size_t i = 0; i < *ids_count; i++) {
        TRY(key_last_part(arena, (*ids)[i], &(*ids)[i]));
    }
    return status_ok();
}

void org_view_init(struct org_view *org, const struct source *source, struct str org_id)
{
    static const struct view_ops ops = { .get = org_view_get, .ids = org_view_ids };
    org->source = source;
    org->view = (struct view){ .ops = &ops, .self = org, .org_id = org_id };
}

static struct status source_empty_get(const struct source *source, struct str org_id,
                                      enum entity_kind kind, struct str id,
                                      const ProtobufCMessage **entity)
{
    (void)source;
    (void)org_id;
    (void)kind;
    (void)id;
    *entity = NULL;
    return status_ok();
}

static struct status source_empty_rows(const struct source *source, struct arena *arena,
                                       struct str org_id, enum index_number index,
                                       struct str prefix, size_t limit, struct str **keys,
                                       size_t *keys_count)
{
    (void)source;
    (void)arena;
    (void)org_id;
    (void)index;
    (void)prefix;
    (void)limit;
    *keys = NULL;
    *keys_count = 0;
    return status_ok();
}

static struct status source_empty_value(const struct source *source, struct arena *arena,
                                        struct str key, struct str *value)
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
