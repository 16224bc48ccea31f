/* What a run of decisions changes in a store, in order: each key once a decision, with the
 * decision's version; and a source of what the store will be with them. Owns its memory. One
 * thread; another one may read the items meanwhile, while nothing is added. */
#ifndef CORE_MODEL_CHANGES_H
#define CORE_MODEL_CHANGES_H

#include "core/base/hmap.h"
#include "core/model/layer.h"
#include "core/store/store.h"

struct changes {
    struct source source; /* the union of these changes and what lies under them */
    const struct source *under;
    struct arena memory; /* of the items */
    struct store_change *items;
    size_t count;
    size_t cap;
    size_t decisions_count;
    struct arena asked;            /* of what was made ready for questions */
    struct hmap latest;            /* key of an entity, head or answer -> struct changes_row */
    struct hmap groups;            /* beginning of index keys (key_group) -> struct changes_group */
    struct changes_group *ordered; /* those of them that were asked about */
    size_t grouped_count;          /* of the items: those whose index rows are in groups */
};

/* None yet; borrows `under`, which may be exchanged while nobody reads. */
void changes_init(struct changes *changes, const struct source *under);
/* Frees all; a zeroed one is fine. */
void changes_release(struct changes *changes);
/* Forgets all, keeps some memory. */
void changes_reset(struct changes *changes);

/* Adds what a decision's layer holds, at its version. */
MUST_USE struct status changes_add(struct changes *changes, const struct layer *layer,
                                   uint64_t version);
/* Adds one row by its whole key, where nobody needs to read it before it is in the store. Copies.
 */
MUST_USE struct status changes_put(struct changes *changes, struct str key, struct str value);
/* Takes back what was added since there were `count`, if it was by changes_put or failed. */
void changes_cut(struct changes *changes, size_t count);
/* The packed entity as of a version, if these changes made it; else it is as what lies under them
 * has it. Borrowed until a reset. */
bool changes_at(const struct changes *changes, const struct source_key *key, uint64_t version,
                struct str *value);
/* Bytes of keys and values so far. */
size_t changes_size(const struct changes *changes);

#endif
