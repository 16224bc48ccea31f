#include "core/model/source.h"

#include "core/model/key.h"

static struct status source_view_get(void *self, enum entity_kind kind, struct str id,
                                     const ProtobufCMessage **entity)
{
    return source_get(self, kind, id, entity);
}

static struct status source_view_ids(void *self, struct arena *arena, enum index_number index,
                                     const struct str *parts, size_t parts_count, size_t limit,
                                     struct str **ids, size_t *ids_count)
{
    struct str prefix;
    TRY(key_index_prefix(arena, parts, parts_count, &prefix));
    TRY(source_rows(self, arena, index, prefix, limit, ids, ids_count));
    for (size_t i = 0; i < *ids_count; i++) {
        TRY(key_index_id(arena, (*ids)[i], &(*ids)[i]));
    }
    return status_ok();
}

static const struct view_ops source_view_ops = { .get = source_view_get, .ids = source_view_ids };

struct view source_view(const struct source *source, struct str org_id)
{
    return (struct view){ .ops = &source_view_ops,
                          .self = (void *)(uintptr_t)source,
                          .org_id = org_id };
}

static struct status source_empty_get(const struct source *source, enum entity_kind kind,
                                      struct str id, const ProtobufCMessage **entity)
{
    (void)source;
    (void)kind;
    (void)id;
    *entity = NULL;
    return status_ok();
}

static struct status source_empty_rows(const struct source *source, struct arena *arena,
                                       enum index_number index, struct str prefix, size_t limit,
                                       struct str **keys, size_t *keys_count)
{
    (void)source;
    (void)arena;
    (void)index;
    (void)prefix;
    (void)limit;
    *keys = NULL;
    *keys_count = 0;
    return status_ok();
}

const struct source *source_empty(void)
{
    static const struct source_ops ops = { .get = source_empty_get, .rows = source_empty_rows };
    static const struct source empty = { .ops = &ops };
    return &empty;
}
