/* Where the state of a partition's orgs comes from, as of one moment: a store, or a layer of
 * changes on top of another source. Borrowed results live as long as the source, or until it
 * changes. One thread. */
#ifndef CORE_MODEL_SOURCE_H
#define CORE_MODEL_SOURCE_H

#include "core/domain/view.h"

struct source {
    const struct source_ops *ops;
};

struct source_ops {
    /* The entity, or NULL in *entity if there never was one. */
    struct status (*get)(const struct source *source, struct str org_id, enum entity_kind kind,
                         struct str id, const ProtobufCMessage **entity);
    /* The parts-and-id keys (core/model/key.h) of an index of an org that begin with `prefix`, in
     * order, at most `limit`; the list and what it points to lie in the arena. */
    struct status (*rows)(const struct source *source, struct arena *arena, struct str org_id,
                          enum index_number index, struct str prefix, size_t limit,
                          struct str **keys, size_t *keys_count);
    /* The value of another row by its whole key (core/model/key.h); data is NULL where there is
     * none. Lies in the arena. */
    struct status (*value)(const struct source *source, struct arena *arena, struct str key,
                           struct str *value);
};

MUST_USE static inline struct status source_get(const struct source *source, struct str org_id,
                                                enum entity_kind kind, struct str id,
                                                const ProtobufCMessage **entity)
{
    return source->ops->get(source, org_id, kind, id, entity);
}

MUST_USE static inline struct status source_rows(const struct source *source, struct arena *arena,
                                                 struct str org_id, enum index_number index,
                                                 struct str prefix, size_t limit, struct str **keys,
                                                 size_t *keys_count)
{
    return source->ops->rows(source, arena, org_id, index, prefix, limit, keys, keys_count);
}

MUST_USE static inline struct status source_value(const struct source *source, struct arena *arena,
                                                  struct str key, struct str *value)
{
    return source->ops->value(source, arena, key, value);
}

/* A partition that has nothing. Static. */
const struct source *source_empty(void);

/* One org of a source as the domain sees it. Borrows both; the view must not be moved while it is
 * used. */
struct org_view {
    struct view view;
    const struct source *source;
};
void org_view_init(struct org_view *org, const struct source *source, struct str org_id);

#endif
