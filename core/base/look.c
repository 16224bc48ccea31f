#include "core/base/look.h"

#include "core/base/look_table.h"
#include "core/base/utf8.h"

static int look_find(const void *rows, size_t count, size_t row_size, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint16_t letter;
        memcpy(&letter, (const char *)rows + middle * row_size, sizeof letter);
        if (letter == c) {
            return (int)middle;
        }
        *(letter < c ? &low : &high) = letter < c ? middle + 1 : middle;
    }
    return -1;
}

/* Wide, mathematical and circled forms of ASCII. */
static uint32_t look_plain(uint32_t c)
{
    static const uint32_t math = 0x1D400, math_end = 0x1D6A4, digits = 0x1D7CE,
                          digits_end = 0x1D800;
    if (c >= 0xFF01 && c <= 0xFF5E) {
        return c - 0xFF01 + '!';
    }
    if (c >= math && c < math_end) {
        uint32_t at = (c - math) % 52;
        return at < 26 ? 'A' + at : 'a' + at - 26;
    }
    return c >= digits && c < digits_end ? '0' + (c - digits) % 10 : c;
}

static bool look_is_space(uint32_t c)
{
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static void look_put(uint32_t c, struct buf *out)
{
    char bytes[UTF8_SIZE_MAX];
    int like = look_find(look_likes, look_likes_count, sizeof *look_likes, c);
    c = like < 0 ? c : (uint32_t)look_likes[like].like;
    if (c == 'm') {
        buf_append(out, STR("rn"));
        return;
    }
    c = c == '1' || c == 'I' || c == '|' ? 'l' : c == '0' ? 'O' : c;
    buf_append(out, str_make(bytes, utf8_encode(c, bytes)));
}

/* A syllable of Hangul is made of two or three letters. */
static bool look_put_hangul(uint32_t c, struct buf *out)
{
    static const uint32_t first = 0xAC00, last = 0xD7A3, lead = 0x1100, vowel = 0x1161,
                          tail = 0x11A7;
    if (c < first || c > last) {
        return false;
    }
    uint32_t at = c - first;
    look_put(lead + at / 588, out);
    look_put(vowel + at % 588 / 28, out);
    if (at % 28 > 0) {
        look_put(tail + at % 28, out);
    }
    return true;
}

static void look_put_parts(uint32_t c, struct buf *out)
{
    int found = look_find(look_parts, look_parts_count, sizeof *look_parts, c);
    if (found < 0) {
        look_put(c, out);
        return;
    }
    for (size_t i = 0; i < 3 && look_parts[found].parts[i] != 0; i++) {
        look_put(look_parts[found].parts[i], out);
    }
}

void look_of(struct str name, struct buf *out)
{
    bool space = false, begun = false;
    for (size_t size; name.size > 0; name = str_from(name, size)) {
        uint32_t c = (unsigned char)name.data[0];
        size = utf8_decode(name, &c);
        if (size == 0 || utf8_unseen(c)) {
            size = size == 0 ? 1 : size;
            continue;
        }
        if (look_is_space(c)) {
            space = begun;
            continue;
        }
        buf_append(out, space ? STR(" ") : STR(""));
        space = false;
        begun = true;
        if (!look_put_hangul(c, out)) {
            look_put_parts(look_plain(c), out);
        }
    }
}

bool look_alike(struct str a, struct str b)
{
    struct buf left = { 0 }, right = { 0 };
    look_of(a, &left);
    look_of(b, &right);
    bool alike = str_eq(buf_str(&left), buf_str(&right));
    buf_release(&left);
    buf_release(&right);
    return alike;
}
