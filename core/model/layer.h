/* A layer of changes on top of a source: the scratch of one decision, or a whole state in memory.
 * Its keys are those of the store. A layer is dropped whole: there is no undo. One thread. */
#ifndef CORE_MODEL_LAYER_H
#define CORE_MODEL_LAYER_H

#include "core/base/omap.h"
#include "core/domain/kernel/evolve.h"
#include "core/model/source.h"

struct layer {
    struct source source; /* the union of this layer and what lies under it */
    const struct source *under;
    struct omap entities; /* key -> pointer to the message */
    struct omap rows;     /* key -> one byte: enum layer_row */
    struct omap values;   /* key -> value */
    struct arena copies;  /* of messages merged in */
};

enum layer_row { LAYER_ROW_DELETED = 0, LAYER_ROW_PUT = 1 };

/* An empty layer; borrows `under`, which may be exchanged while nobody reads. */
void layer_init(struct layer *layer, const struct source *under);
/* Frees all; a zeroed layer is fine. */
void layer_release(struct layer *layer);
/* Forgets all changes. */
void layer_reset(struct layer *layer);

/* Where evolve puts the changes of one org. Entities are kept by pointer: they must live as long as
 * the layer, or until it is reset. */
struct layer_org {
    struct layer *layer;
    struct str org_id;
};
extern const struct change_ops layer_changes; /* `self` is a struct layer_org */

/* Puts another row by its whole key; copies both. */
void layer_put_value(struct layer *layer, struct str key, struct str value);

/* Moves all changes of `from` into `layer`; what they point to stays where it is. */
void layer_take(struct layer *layer, struct layer *from);
/* Puts all changes of `from` into `layer`, too; what they point to is shared. */
void layer_share(struct layer *layer, const struct layer *from);
/* Copies all changes of `from` into `layer`. */
MUST_USE struct status layer_merge(struct layer *layer, const struct layer *from);

/* The rows of a range: those of `own`, an ordered map from key to enum layer_row that may hold
 * others, over those of `under`. */
MUST_USE struct status layer_rows_over(const struct omap *own, const struct source *under,
                                       struct arena *arena, const struct source_range *range,
                                       struct str **keys, size_t *keys_count);

/* The message of an entry of `entities`. */
const ProtobufCMessage *layer_entity(const struct omap_entry *entry);

#endif
