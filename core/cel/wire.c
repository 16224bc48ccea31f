/* The wire format. What is cut off or longer than it can be is refused; groups are skipped by
 * recursion, which is counted. */
#include "core/cel/wire.h"

enum { WIRE_VARINT_MAX = 10 };

bool cel_wire_varint(struct str *rest, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < rest->size && i < WIRE_VARINT_MAX; i++) {
        uint64_t byte = (unsigned char)rest->data[i];
        *value |= (byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *rest = str_from(*rest, i + 1);
            return true;
        }
    }
    return false;
}

bool cel_wire_tag(struct str *rest, uint32_t *number, enum cel_wire_type *type)
{
    uint64_t tag;
    if (!cel_wire_varint(rest, &tag) || tag > UINT32_MAX || tag < 8 ||
        (tag & 7) > CEL_WIRE_FIXED32) {
        return false;
    }
    *number = (uint32_t)(tag >> 3);
    *type = (enum cel_wire_type)(tag & 7);
    return true;
}

bool cel_wire_fixed64(struct str *rest, uint64_t *value)
{
    *value = 0;
    if (rest->size < 8) {
        return false;
    }
    for (size_t i = 8; i > 0; i--) {
        *value = *value << 8 | (unsigned char)rest->data[i - 1];
    }
    *rest = str_from(*rest, 8);
    return true;
}

bool cel_wire_fixed32(struct str *rest, uint32_t *value)
{
    *value = 0;
    if (rest->size < 4) {
        return false;
    }
    for (size_t i = 4; i > 0; i--) {
        *value = *value << 8 | (unsigned char)rest->data[i - 1];
    }
    *rest = str_from(*rest, 4);
    return true;
}

bool cel_wire_bytes(struct str *rest, struct str *bytes)
{
    uint64_t size;
    if (!cel_wire_varint(rest, &size) || size > rest->size) {
        return false;
    }
    *bytes = (struct str){ rest->data, (size_t)size };
    *rest = str_from(*rest, (size_t)size);
    return true;
}

static bool wire_skip_group(struct str *rest, uint32_t number, unsigned depth)
{
    uint32_t inner;
    enum cel_wire_type type;
    if (depth >= CEL_WIRE_DEPTH_MAX) {
        return false;
    }
    while (cel_wire_tag(rest, &inner, &type)) {
        if (type == CEL_WIRE_GROUP_END) {
            return inner == number;
        }
        if (!cel_wire_skip(rest, inner, type, depth + 1)) {
            return false;
        }
    }
    return false;
}

bool cel_wire_skip(struct str *rest, uint32_t number, enum cel_wire_type type, unsigned depth)
{
    uint64_t wide;
    uint32_t narrow;
    struct str bytes;
    switch (type) {
    case CEL_WIRE_VARINT:
        return cel_wire_varint(rest, &wide);
    case CEL_WIRE_FIXED64:
        return cel_wire_fixed64(rest, &wide);
    case CEL_WIRE_BYTES:
        return cel_wire_bytes(rest, &bytes);
    case CEL_WIRE_GROUP:
        return wire_skip_group(rest, number, depth);
    case CEL_WIRE_FIXED32:
        return cel_wire_fixed32(rest, &narrow);
    case CEL_WIRE_GROUP_END:
        return false;
    }
    return false;
}
