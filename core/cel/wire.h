/* The protobuf wire format, read from the front of a slice. All functions give false on what is no
 * such thing; then nothing further may be read. */
#ifndef CORE_CEL_WIRE_H
#define CORE_CEL_WIRE_H

#include "core/base/buf.h"

enum cel_wire_type {
    CEL_WIRE_VARINT = 0,
    CEL_WIRE_FIXED64 = 1,
    CEL_WIRE_BYTES = 2,
    CEL_WIRE_GROUP = 3,
    CEL_WIRE_GROUP_END = 4,
    CEL_WIRE_FIXED32 = 5,
};

enum { CEL_WIRE_DEPTH_MAX = 100 }; /* groups and messages inside each other, as in protobuf */

bool cel_wire_varint(struct str *rest, uint64_t *value);
/* A field's number and wire type. */
bool cel_wire_tag(struct str *rest, uint32_t *number, enum cel_wire_type *type);
bool cel_wire_fixed32(struct str *rest, uint32_t *value);
bool cel_wire_fixed64(struct str *rest, uint64_t *value);
/* What a length stands before. */
bool cel_wire_bytes(struct str *rest, struct str *bytes);
/* The payload of a field whose tag was read; of a group also its end. */
bool cel_wire_skip(struct str *rest, uint32_t number, enum cel_wire_type type, unsigned depth);

static inline int64_t cel_wire_zigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
