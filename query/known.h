/* What a question must not name wrongly: what is misspelt is an error that names the nearest, never
 * an empty answer or a denial. Who may not read all of the org is not told what is in it. */
#ifndef QUERY_KNOWN_H
#define QUERY_KNOWN_H

#include "core/domain/kernel/object.h"
#include "core/domain/registry/registry.h"
#include "query/snapshot.h"

/* "an Org", "a Group"; in the arena. */
const char *known_kind(struct arena *arena, enum entity_kind kind);

/* INVALID_ARGUMENT: the name is empty. NOT_FOUND: no such permission is defined or built in. */
MUST_USE struct status known_permission(struct snapshot *snapshot, struct str permission);
/* snapshot_resolve of what there is or was: it may have ended, or been removed. */
MUST_USE struct status known_entity(struct snapshot *snapshot, enum entity_kind kind,
                                    struct str text, struct str *id);
/* There is or was an entity, in another state of the org than the snapshot's. */
MUST_USE struct status known_in(struct snapshot *snapshot, const struct view *view,
                                enum entity_kind kind, struct str id);
/* The same of an object, as object_text.h reads it: of the org there is nothing to know. */
MUST_USE struct status known_object(struct snapshot *snapshot, struct object object);

#endif
