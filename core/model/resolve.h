/* What people write for an id: the id itself, name:X or ext:SYSTEM:VALUE. */
#ifndef CORE_MODEL_RESOLVE_H
#define CORE_MODEL_RESOLVE_H

#include "core/domain/registry/registry.h"
#include "core/model/moment.h"

/* The id of an entity: `text` itself; or of the live one that has the name X at the moment, where
 * it is name:X; or of the one that the outside system calls VALUE, where it is ext:SYSTEM:VALUE.
 * NOT_FOUND: none has it. INVALID_ARGUMENT: the id, the name, the system or the value is empty, or
 * the kind has no external ids. Lies in the arena or is `text`. */
MUST_USE struct status resolve_id(struct store_reader *reader, struct arena *arena,
                                  struct str org_id, enum entity_kind kind,
                                  const struct moment *moment, struct str text, struct str *id);

/* Cuts SYSTEM and VALUE out of ext:SYSTEM:VALUE; false: it is something else. */
bool resolve_external_parts(struct str text, struct str *system, struct str *value);

/* The id of the live subject with a personal external id that this hash is of; no data: nobody. It
 * lies in the arena. */
MUST_USE struct status resolve_hash(struct store_reader *reader, struct arena *arena,
                                    struct str org_id, const struct moment *moment,
                                    struct str system, struct str key_id, struct str hmac,
                                    struct str *id);

#endif
