/* Names that look like another's: what to warn of, since only equal names are refused. */
#ifndef CORE_MODEL_LOOK_ALIKE_H
#define CORE_MODEL_LOOK_ALIKE_H

#include "core/domain/registry/registry.h"
#include "core/model/moment.h"

/* Names that are looked at, at most: 100,000 take some 30 ms. */
enum { LOOK_ALIKE_NAMES_MAX = 100000 };

/* The first live entity of the kind whose name is not `name` but looks like it (core/base/look.h);
 * its id is empty if there is none. Both lie in the arena. */
MUST_USE struct status look_alike_find(struct store_reader *reader, struct arena *arena,
                                       struct str org_id, enum entity_kind kind,
                                       const struct moment *moment, struct str name,
                                       struct str *found, struct str *id);

#endif
