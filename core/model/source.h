/* Where the state of a partition's orgs comes from, as of one moment: a store, or a layer of
 * changes on top of another source. Borrowed results live as long as the source, or until it
 * changes. One thread. */
#ifndef CORE_MODEL_SOURCE_H
#define CORE_MODEL_SOURCE_H

#include "core/domain/kernel/view.h"

struct source {
    const struct source_ops *ops;
};

/* A whole key (core/model/key.h) with its hash, made once for all that lies on each other. */
struct source_key {
    struct str bytes;
    uint64_t hash; /* hmap_hash(bytes) */
};

/* Some rows of an index. */
struct source_range {
    struct source_key prefix; /* what their keys begin with: org, index, some parts */
    struct source_key group;  /* the first of those parts only, as key_group says */
    struct str from;          /* the key to begin at, which begins with the prefix; or empty */
    size_t skip;              /* bytes of org and index */
    size_t limit;             /* rows at most */
    bool whole;               /* all parts are given: the rows differ by their ids only */
    bool latest;              /* of an index without history */
};

struct source_ops {
    /* The entity, or NULL in *entity if there never was one. */
    struct status (*get)(const struct source *source, enum entity_kind kind,
                         const struct source_key *key, const ProtobufCMessage **entity);
    /* The parts-and-id keys (core/model/key.h) of the rows, in order; the list and what it points
     * to lie in the arena. */
    struct status (*rows)(const struct source *source, struct arena *arena,
                          const struct source_range *range, struct str **keys, size_t *keys_count);
    /* The value of another row; data is NULL where there is none. Lies in the arena. */
    struct status (*value)(const struct source *source, struct arena *arena,
                           const struct source_key *key, struct str *value);
};

MUST_USE static inline struct status source_get(const struct source *source, enum entity_kind kind,
                                                const struct source_key *key,
                                                const ProtobufCMessage **entity)
{
    assert(key->bytes.size > 0);
    return source->ops->get(source, kind, key, entity);
}

MUST_USE static inline struct status source_rows(const struct source *source, struct arena *arena,
                                                 const struct source_range *range,
                                                 struct str **keys, size_t *keys_count)
{
    struct status st = source->ops->rows(source, arena, range, keys, keys_count);
    assert(st.code != STATUS_OK || *keys_count <= range->limit);
    return st;
}

MUST_USE static inline struct status source_value(const struct source *source, struct arena *arena,
                                                  const struct source_key *key, struct str *value)
{
    return source->ops->value(source, arena, key, value);
}

/* A partition that has nothing. Static. */
const struct source *source_empty(void);

/* Is told what a view reads, before it is read. */
struct source_watch {
    void (*entity)(struct source_watch *watch, const struct source_key *key);
    void (*rows)(struct source_watch *watch, const struct source_range *range);
};

/* One org of a source as the domain sees it. Borrows both; the view must not be moved while it is
 * used. */
struct org_view {
    struct view view;
    const struct source *source;
    struct source_watch *watch; /* NULL as initialised: nobody wants to know */
};
void org_view_init(struct org_view *org, const struct source *source, struct str org_id);

#endif
