/* A layer of changes on top of a source: the scratch of one decision, or what is decided but not
 * yet in the store. A layer is dropped whole: there is no undo. One thread writes; a layer that no
 * one writes any more can be read by several. */
#ifndef CORE_MODEL_LAYER_H
#define CORE_MODEL_LAYER_H

#include "core/base/omap.h"
#include "core/domain/evolve.h"
#include "core/model/source.h"

struct layer {
    struct source source; /* the union of this layer and what lies under it */
    const struct source *under;
    struct omap entities; /* kind, id -> pointer to the message */
    struct omap rows;     /* index, key -> 1 put, 0 deleted */
    struct arena copies;  /* of messages merged in */
};

/* An empty layer; borrows `under`, which may be exchanged while nobody reads. */
void layer_init(struct layer *layer, const struct source *under);
/* Frees all; a zeroed layer is fine. */
void layer_release(struct layer *layer);
/* Forgets all changes. */
void layer_reset(struct layer *layer);

/* Where evolve puts changes; `self` is the layer. Entities are kept by pointer: they must live as
 * long as the layer, or until it is reset. */
extern const struct change_ops layer_changes;

/* Copies all changes of `from` into `layer`. */
MUST_USE struct status layer_merge(struct layer *layer, const struct layer *from);

/* Calls a function for each changed entity or row, in order of their keys; stops at the first
 * failure. */
typedef struct status layer_entity_function(void *context, enum entity_kind kind, struct str id,
                                            const ProtobufCMessage *entity);
typedef struct status layer_row_function(void *context, enum index_number index, struct str key,
                                         bool is_delete);
MUST_USE struct status layer_each_entity(const struct layer *layer, layer_entity_function *function,
                                         void *context);
MUST_USE struct status layer_each_row(const struct layer *layer, layer_row_function *function,
                                      void *context);

#endif
