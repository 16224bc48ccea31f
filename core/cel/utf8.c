/* UTF-8 by code points (Unicode 15, table 3-7). All that CEL gets was checked where it came in, but
 * decoding is total all the same: an invalid byte reads as U+FFFD of width 1, as in Go. */
#include "core/cel/utf8.h"

/* What a lead byte promises: the width, its payload bits, and the smallest rune of that width. */
struct utf8_lead {
    uint8_t mask;
    uint8_t lead;
    uint8_t width;
    uint32_t min;
};

static const struct utf8_lead utf8_leads[] = {
    { 0xE0, 0xC0, 2, 0x80 },
    { 0xF0, 0xE0, 3, 0x800 },
    { 0xF8, 0xF0, 4, 0x10000 },
};

static bool utf8_scalar(uint32_t rune)
{
    return rune <= CEL_RUNE_MAX && (rune < 0xD800 || rune > 0xDFFF);
}

/* The rune promised by `lead` when its continuation bytes follow; CEL_RUNE_MAX + 1 otherwise. */
static uint32_t utf8_continue(struct str text, size_t at, const struct utf8_lead *lead)
{
    const unsigned char *bytes = (const unsigned char *)text.data + at;
    uint32_t rune = bytes[0] & (uint8_t)~lead->mask;
    if (text.size - at < lead->width) {
        return CEL_RUNE_MAX + 1;
    }
    for (size_t i = 1; i < lead->width; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return CEL_RUNE_MAX + 1;
        }
        rune = rune << 6 | (bytes[i] & 0x3F);
    }
    return rune < lead->min ? CEL_RUNE_MAX + 1 : rune;
}

uint32_t cel_utf8_decode(struct str text, size_t at, size_t *width)
{
    unsigned char first = (unsigned char)text.data[at];
    *width = 1;
    if (first < 0x80) {
        return first;
    }
    for (size_t i = 0; i < sizeof utf8_leads / sizeof *utf8_leads; i++) {
        const struct utf8_lead *lead = &utf8_leads[i];
        if ((first & lead->mask) == lead->lead) {
            uint32_t rune = utf8_continue(text, at, lead);
            if (!utf8_scalar(rune)) {
                return CEL_RUNE_ERROR;
            }
            *width = lead->width;
            return rune;
        }
    }
    return CEL_RUNE_ERROR;
}

size_t cel_utf8_encode(uint32_t rune, char out[CEL_UTF8_MAX])
{
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    size_t width = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (size_t i = width - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (rune & 0x3F));
        rune >>= 6;
    }
    out[0] = (char)(utf8_leads[width - 2].lead | rune);
    return width;
}

bool cel_utf8_valid(struct str text)
{
    for (size_t at = 0, width; at < text.size; at += width) {
        if (cel_utf8_decode(text, at, &width) == CEL_RUNE_ERROR && width == 1) {
            return false;
        }
    }
    return true;
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
