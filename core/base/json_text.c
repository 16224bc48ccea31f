#include "core/base/json_text.h"

#include "core/base/utf8.h"

/* Above U+FFFF JSON has two halves of UTF-16. */
static void json_text_escape(uint32_t code_point, struct buf *out)
{
    if (code_point >= 0x10000) {
        uint32_t high = 0xD800 + ((code_point - 0x10000) >> 10);
        buf_printf(out, "\\u%04x", (unsigned)high);
        code_point = 0xDC00 + ((code_point - 0x10000) & 0x3FF);
    }
    buf_printf(out, "\\u%04x", (unsigned)code_point);
}

void json_text(struct str text, struct buf *out)
{
    buf_byte(out, '"');
    for (size_t size; text.size > 0; text = str_from(text, size)) {
        uint32_t c = 0;
        size = utf8_decode(text, &c);
        if (size == 0) {
            json_text_escape(0xFFFD, out);
            size = 1;
        } else if (c == '"' || c == '\\') {
            buf_byte(out, '\\');
            buf_byte(out, (uint8_t)c);
        } else if (utf8_unseen(c)) {
            json_text_escape(c, out);
        } else {
            buf_append(out, str_make(text.data, size));
        }
    }
    buf_byte(out, '"');
}
