/* Where something stands in a JSON document, as a chain from inside out. */
#ifndef CORE_SCHEMA_PLACE_H
#define CORE_SCHEMA_PLACE_H

#include "core/base/buf.h"

struct schema_place {
    const struct schema_place *up; /* NULL: the document itself */
    const char *name;              /* in an object; NULL: in a list */
    uint32_t index;                /* in a list */
};

/* Appends its JSON Pointer (RFC 6901): "/properties/a~1b/0"; nothing for the document itself. */
void schema_place_print(const struct schema_place *place, struct buf *out);

#endif
