/* Objects of permissions as people write them: `org`, `asset:ID`, `group:name:X` ... */
#ifndef OPS_OBJECT_TEXT_H
#define OPS_OBJECT_TEXT_H

#include "core/domain/check/objects.h"
#include "ops/reading.h"

/* The kind by its word: org, asset, group, job-space, subject. INVALID_ARGUMENT. */
MUST_USE struct status object_text_kind(struct str word, enum object_kind *kind);
/* INVALID_ARGUMENT; NOT_FOUND for a name that nothing has. */
MUST_USE struct status object_text_parse(struct reading *reading, struct ctl *ctl, const char *text,
                                         struct object *object);
/* Lies in the arena. */
MUST_USE struct status object_text_format(struct arena *arena, struct object object, char **text);

#endif
