/* Where the state of one org comes from, as of one moment: a store, or a layer of changes on top of
 * another source. Borrowed results live as long as the source, or until it changes. One thread. */
#ifndef CORE_MODEL_SOURCE_H
#define CORE_MODEL_SOURCE_H

#include "core/domain/view.h"

struct source {
    const struct source_ops *ops;
};

struct source_ops {
    /* The entity, or NULL in *entity if there never was one. */
    struct status (*get)(const struct source *source, enum entity_kind kind, struct str id,
                         const ProtobufCMessage **entity);
    /* The keys (core/model/key.h: parts, then id) of an index that begin with `prefix`, in order,
     * at most `limit`; the list and what it points to lie in the arena. */
    struct status (*rows)(const struct source *source, struct arena *arena, enum index_number index,
                          struct str prefix, size_t limit, struct str **keys, size_t *keys_count);
};

MUST_USE static inline struct status source_get(const struct source *source, enum entity_kind kind,
                                                struct str id, const ProtobufCMessage **entity)
{
    return source->ops->get(source, kind, id, entity);
}

MUST_USE static inline struct status source_rows(const struct source *source, struct arena *arena,
                                                 enum index_number index, struct str prefix,
                                                 size_t limit, struct str **keys,
                                                 size_t *keys_count)
{
    return source->ops->rows(source, arena, index, prefix, limit, keys, keys_count);
}

/* An org that has nothing. Static. */
const struct source *source_empty(void);

/* The source as the domain sees it; borrows the source. */
struct view source_view(const struct source *source, struct str org_id);

#endif
