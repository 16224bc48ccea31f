/* Message types by name: what a google.protobuf.Any in JSON may hold. Not thread-safe while types
 * are added. */
#ifndef CORE_PB_TYPES_H
#define CORE_PB_TYPES_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/str.h"

struct pb_types {
    const ProtobufCMessageDescriptor **items;
    size_t count;
    size_t room;
};

void pb_types_release(struct pb_types *types);
/* Adds a type, and the types of its fields. */
void pb_types_add(struct pb_types *types, const ProtobufCMessageDescriptor *descriptor);
/* By the full name ("agency.v1.Role"), or by a URL that ends in it; NULL when there is none.
 * `types` may be NULL. */
const ProtobufCMessageDescriptor *pb_types_find(const struct pb_types *types, struct str name);

#endif
