/* The keys of index rows: each part, then the id of the entity, self-delimiting (core/store/key.h).
 */
#ifndef CORE_MODEL_KEY_H
#define CORE_MODEL_KEY_H

#include "core/base/arena.h"
#include "core/domain/index.h"

/* What all rows with these first parts begin with; lies in the arena. */
MUST_USE struct status key_index_prefix(struct arena *arena, const struct str *parts,
                                        size_t parts_count, struct str *prefix);
/* The whole key of a row; lies in the arena. */
MUST_USE struct status key_index_row(struct arena *arena, const struct index_row *row,
                                     struct str id, struct str *key);
/* The id at the end of a key. Borrowed from the key or in the arena. DATA_LOSS if it is no key. */
MUST_USE struct status key_index_id(struct arena *arena, struct str key, struct str *id);

#endif
