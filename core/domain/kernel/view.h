/* What decide and Check see of one org: entities by key and keys by index, as of one moment.
 * Read-only by type. What is given is borrowed and valid until the view ends (for a decider: until
 * its decision is made). */
#ifndef CORE_DOMAIN_KERNEL_VIEW_H
#define CORE_DOMAIN_KERNEL_VIEW_H

#include "core/base/arena.h"
#include "core/domain/kernel/index.h"

/* A row of an index with what its key says. */
struct view_row {
    struct str parts[INDEX_PARTS_MAX];
    struct str id;
};

/* The rows whose first parts are these, from the first on that is not before `from`: some more
 * parts. */
struct view_range {
    enum index_number index;
    const struct str *parts;
    size_t parts_count;
    const struct str *from;
    size_t from_count;
    size_t limit;
};

struct view_ops {
    /* The entity of this kind and id, or NULL in *entity if there never was one. */
    struct status (*get)(void *self, enum entity_kind kind, struct str id,
                         const ProtobufCMessage **entity);
    /* The ids of the rows of an index whose first parts are these, in key order, at most `limit`;
     * *ids lies in the arena. */
    struct status (*ids)(void *self, struct arena *arena, enum index_number index,
                         const struct str *parts, size_t parts_count, size_t limit,
                         struct str **ids, size_t *ids_count);
    /* The rows of a range in key order, at most its limit; they lie in the arena. */
    struct status (*rows)(void *self, struct arena *arena, const struct view_range *range,
                          struct view_row **rows, size_t *rows_count);
};

struct expressions;

struct view {
    const struct view_ops *ops;
    void *self;
    struct str org_id;
    struct expressions *expressions; /* compiled ones (expression.h), kept by whoever asks often;
                                        NULL: each question compiles those that it needs */
};

MUST_USE static inline struct status view_get(const struct view *view, enum entity_kind kind,
                                              struct str id, const ProtobufCMessage **entity)
{
    return view->ops->get(view->self, kind, id, entity);
}

MUST_USE static inline struct status view_ids(const struct view *view, struct arena *arena,
                                              enum index_number index, const struct str *parts,
                                              size_t parts_count, size_t limit, struct str **ids,
                                              size_t *ids_count)
{
    struct status st =
        view->ops->ids(view->self, arena, index, parts, parts_count, limit, ids, ids_count);
    assert(st.code != STATUS_OK || *ids_count <= limit);
    return st;
}

MUST_USE static inline struct status view_rows(const struct view *view, struct arena *arena,
                                               const struct view_range *range,
                                               struct view_row **rows, size_t *rows_count)
{
    struct status st = view->ops->rows(view->self, arena, range, rows, rows_count);
    assert(st.code != STATUS_OK || *rows_count <= range->limit);
    return st;
}

/* view_role(view, id, &role): the entity with its type, for each kind; NULL if there never was one.
 */
#define X(upper, pascal, snake, ...)                                                          \
    MUST_USE static inline struct status view_##snake(const struct view *view, struct str id, \
                                                      const Agency__V1__##pascal **entity)    \
    {                                                                                         \
        const ProtobufCMessage *found = NULL;                                                 \
        struct status status = view_get(view, ENTITY_##upper, id, &found);                    \
        *entity = (const Agency__V1__##pascal *)(const void *)found;                          \
        return status;                                                                        \
    }
ENTITIES(X)
#undef X

#endif
