#include "core/api/route_text.h"

static bool text_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static void text_lower(char c, struct buf *out)
{
    buf_byte(out, (uint8_t)(text_is_upper(c) ? c - 'A' + 'a' : c));
}

void route_text_kebab(struct str pascal, struct buf *out)
{
    for (size_t i = 0; i < pascal.size; i++) {
        if (i > 0 && text_is_upper(pascal.data[i])) {
            buf_byte(out, '-');
        }
        text_lower(pascal.data[i], out);
    }
}

void route_text_camel(struct str pascal, struct buf *out)
{
    if (pascal.size > 0) {
        text_lower(pascal.data[0], out);
        buf_append(out, str_from(pascal, 1));
    }
}

bool route_text_next_word(struct str *pascal, struct str *word)
{
    size_t size = 1;
    if (pascal->size == 0) {
        return false;
    }
    while (size < pascal->size && !text_is_upper(pascal->data[size])) {
        size++;
    }
    *word = str_make(pascal->data, size);
    *pascal = str_from(*pascal, size);
    return true;
}
