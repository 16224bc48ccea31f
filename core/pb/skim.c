#include "core/pb/skim.h"

enum { SKIM_VARINT = 0, SKIM_FIXED64 = 1, SKIM_BYTES = 2, SKIM_FIXED32 = 5 };

static bool skim_varint(struct str *rest, uint64_t *value)
{
    enum { BITS = 64, BITS_IN_BYTE = 7 };
    *value = 0;
    for (unsigned shift = 0; shift < BITS && rest->size > 0; shift += BITS_IN_BYTE) {
        uint8_t byte = (uint8_t)rest->data[0];
        *rest = str_from(*rest, 1);
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool skim_skip(struct str *rest, uint64_t size)
{
    if (size > rest->size) {
        return false;
    }
    *rest = str_from(*rest, (size_t)size);
    return true;
}

/* Passes over a field; a varint is given. */
static bool skim_field(struct str *rest, uint64_t wire, uint64_t *value)
{
    switch (wire) {
    case SKIM_VARINT:
        return skim_varint(rest, value);
    case SKIM_FIXED64:
        return skim_skip(rest, sizeof(uint64_t));
    case SKIM_FIXED32:
        return skim_skip(rest, sizeof(uint32_t));
    case SKIM_BYTES:
        return skim_varint(rest, value) && skim_skip(rest, *value);
    default:
        return false;
    }
}

bool pb_skim_varint(struct str bytes, uint32_t number, uint64_t *value)
{
    bool found = false;
    while (bytes.size > 0) {
        uint64_t tag, skimmed = 0;
        if (!skim_varint(&bytes, &tag) || !skim_field(&bytes, tag & 7, &skimmed)) {
            return false;
        }
        if (tag == ((uint64_t)number << 3 | SKIM_VARINT)) {
            *value = skimmed;
            found = true;
        }
    }
    return found;
}
