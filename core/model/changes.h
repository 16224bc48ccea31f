/* What a run of decisions changes in a store, in order: each key once a decision, with the
 * decision's version. Owns its memory. One thread. */
#ifndef CORE_MODEL_CHANGES_H
#define CORE_MODEL_CHANGES_H

#include "core/model/layer.h"
#include "core/store/store.h"

struct changes {
    struct arena memory;
    struct store_change *items;
    size_t count;
    size_t cap;
    size_t decisions_count;
};

void changes_init(struct changes *changes);
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
/* Takes back what was added since there were `count`. */
void changes_cut(struct changes *changes, size_t count);
/* Bytes of keys and values so far. */
size_t changes_size(const struct changes *changes);

#endif
