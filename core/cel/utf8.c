/* All that CEL gets was checked where it came in, but decoding is total all the same: an invalid
 * byte reads as U+FFFD of width 1, as in Go. */
#include "core/cel/utf8.h"

uint32_t cel_utf8_decode(struct str text, size_t at, size_t *width)
{
    unsigned char first = (unsigned char)text.data[at];
    uint32_t rune = first;
    *width = first < 0x80 ? 1 : utf8_decode(str_from(text, at), &rune);
    if (*width == 0) {
        *width = 1;
        return CEL_RUNE_ERROR;
    }
    return rune;
}

size_t cel_utf8_count(struct str text)
{
    size_t count = 0;
    for (size_t at = 0, width; at < text.size; at += width) {
        cel_utf8_decode(text, at, &width);
        count++;
    }
    return count;
}

bool cel_utf8_offset(struct str text, uint64_t index, size_t *offset)
{
    size_t at = 0;
    for (size_t width; index > 0 && at < text.size; index--) {
        cel_utf8_decode(text, at, &width);
        at += width;
    }
    if (index > 0) {
        return false;
    }
    *offset = at;
    return true;
}
