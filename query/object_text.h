/* Objects of permissions as people write them: `org`, `asset:ID`, `group:name:X` ... */
#ifndef QUERY_OBJECT_TEXT_H
#define QUERY_OBJECT_TEXT_H

#include "core/domain/check/objects.h"
#include "query/snapshot.h"

/* INVALID_ARGUMENT: no object, an empty id, another org than the one asked about. NOT_FOUND: a name
 * that nothing has. */
MUST_USE struct status object_text_parse(struct snapshot *snapshot, struct str text,
                                         struct object *object);
/* The same of a kind (org, asset, group, job-space, subject) and an id that stand apart; the org
 * needs none. */
MUST_USE struct status object_text_named(struct snapshot *snapshot, struct str kind, struct str id,
                                         struct object *object);

#endif
