#include "core/cel/text.h"

bool cel_text_reserve(struct cel_text *text, size_t more)
{
    if (text->cap - text->size >= more) {
        return true;
    }
    size_t cap = text->cap * 2 > text->size + more ? text->cap * 2 : text->size + more;
    char *data = cel_alloc(text->run, cap);
    if (data == NULL) {
        return false;
    }
    if (text->size > 0) {
        memcpy(data, text->data, text->size);
    }
    text->data = data;
    text->cap = cap;
    return true;
}

bool cel_text_add(struct cel_text *text, struct str s)
{
    if (!cel_charge_bytes(text->run, s.size) || !cel_text_reserve(text, s.size)) {
        return false;
    }
    if (s.size > 0) {
        memcpy(text->data + text->size, s.data, s.size);
    }
    text->size += s.size;
    return true;
}
