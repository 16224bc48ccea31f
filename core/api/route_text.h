/* Words of paths, out of names of the schema. */
#ifndef CORE_API_ROUTE_TEXT_H
#define CORE_API_ROUTE_TEXT_H

#include "core/base/buf.h"

/* "job-spaces" for "JobSpaces". */
void route_text_kebab(struct str pascal, struct buf *out);
/* "setParent" for "SetParent". */
void route_text_camel(struct str pascal, struct buf *out);
/* Takes the next word off a name in PascalCase: "Set" of "SetGroupParent"; false at its end. */
bool route_text_next_word(struct str *pascal, struct str *word);

#endif
