/* Most text is ASCII, so eight bytes are looked at at once and only others one character at a time.
 */
#include "core/base/utf8.h"

#include <assert.h>
#include <stdio.h>

static const uint64_t utf8_ones = 0x0101010101010101;
static const uint64_t utf8_highs = 0x8080808080808080;

/* Bytes 0x01..0x7f in all eight places; with `nul` true 0x00, too. */
static bool utf8_ascii_word(const char *data, bool nul)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    uint64_t suspicious = nul ? word : word | (word - utf8_ones);
    return (suspicious & utf8_highs) == 0;
}

static bool utf8_follows(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The size that the first byte promises and the smallest code point that needs it. */
static size_t utf8_lead(unsigned char lead, uint32_t *bits, uint32_t *least)
{
    if (lead < 0x80) {
        *bits = lead;
        *least = 0;
        return 1;
    }
    if (lead >= 0xC0 && lead < 0xE0) {
        *bits = lead & 0x1Fu;
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        *bits = lead & 0x0Fu;
        *least = 0x800;
        return 3;
    }
    *bits = lead & 0x07u;
    *least = 0x10000;
    return lead >= 0xF0 && lead < 0xF8 ? 4 : 0;
}

size_t utf8_decode(struct str text, uint32_t *code_point)
{
    assert(text.size > 0);
    uint32_t bits, least;
    size_t size = utf8_lead((unsigned char)text.data[0], &bits, &least);
    if (size == 0 || size > text.size) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (!utf8_follows(byte)) {
            return 0;
        }
        bits = bits << 6 | (byte & 0x3Fu);
    }
    *code_point = bits;
    bool surrogate = bits >= 0xD800 && bits < 0xE000;
    return bits >= least && bits <= 0x10FFFF && !surrogate ? size : 0;
}

static bool utf8_check(struct str text, bool nul)
{
    size_t at = 0;
    while (at < text.size) {
        if (text.size - at >= 8 && utf8_ascii_word(text.data + at, nul)) {
            at += 8;
            continue;
        }
        unsigned char byte = (unsigned char)text.data[at];
        uint32_t code_point;
        size_t size = byte < 0x80 ? 1 : utf8_decode(str_from(text, at), &code_point);
        if (size == 0 || (byte == 0 && !nul)) {
            return false;
        }
        at += size;
    }
    return true;
}

bool utf8_valid(struct str text)
{
    return utf8_check(text, true);
}

bool utf8_valid_text(struct str text)
{
    return utf8_check(text, false);
}

size_t utf8_encode(uint32_t code_point, char out[UTF8_SIZE_MAX])
{
    assert(code_point <= 0x10FFFF);
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (char)((0xF00u >> size & 0xFFu) | code_point);
    return size;
}

struct str utf8_cut(struct str text, size_t size_max)
{
    size_t size = text.size < size_max ? text.size : size_max;
    while (size > 0 && size < text.size && utf8_follows((unsigned char)text.data[size])) {
        size--;
    }
    return (struct str){ text.data, size };
}

void utf8_print(char *out, size_t size, const char *format, va_list args)
{
    int whole = vsnprintf(out, size, format, args);
    size_t end = size - 1;
    if (whole < 0 || (size_t)whole <= end) {
        return;
    }
    while (end > 0 && utf8_follows((unsigned char)out[end - 1])) {
        end--;
    }
    if (end > 0 && (unsigned char)out[end - 1] >= 0xC0) {
        out[end - 1] = '\0';
    }
}

/* Ranges of what a screen acts upon: control characters, ends of lines, those that turn the
 * direction of writing; and of what it does not show: Unicode's Default_Ignorable_Code_Point and
 * the brackets of annotations. */
bool utf8_printable(struct str text)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t c;
        size_t size = utf8_decode(str_from(text, at), &c);
        if (size == 0 || c < 0x20 || (c >= 0x7F && c < 0xA0)) {
            return false;
        }
        at += size;
    }
    return text.size > 0;
}

bool utf8_unseen(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x0000, 0x001F },   { 0x007F, 0x009F },   { 0x00AD, 0x00AD },   { 0x034F, 0x034F },
        { 0x061C, 0x061C },   { 0x115F, 0x1160 },   { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },
        { 0x200B, 0x200F },   { 0x2028, 0x202E },   { 0x2060, 0x206F },   { 0x3164, 0x3164 },
        { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },
        { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && c >= ranges[i].first; i++) {
        if (c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* Most of what is shown is ASCII: all of that at the start which shows as it is. */
static size_t utf8_plain(struct str text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] >= ' ' && text.data[size] < 0x7F) {
        size++;
    }
    return size;
}

void utf8_show(struct str text, struct buf *out)
{
    for (size_t size; text.size > 0; text = str_from(text, size)) {
        uint32_t c = (unsigned char)text.data[0];
        size = utf8_plain(text);
        if (size > 0) {
            buf_append(out, str_make(text.data, size));
            continue;
        }
        size = utf8_decode(text, &c);
        if (size > 0 && !utf8_unseen(c)) {
            buf_append(out, str_make(text.data, size));
        } else {
            const char *format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
            buf_printf(out, format, c);
        }
        size = size > 0 ? size : 1;
    }
}
