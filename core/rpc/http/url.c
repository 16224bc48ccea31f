#include "core/rpc/http/url.h"

static int url_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

struct str url_decode(struct arena *arena, struct str text, bool plus)
{
    char *out = arena_alloc(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; out != NULL && i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? url_hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? url_hex(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return (struct str){ 0 };
            }
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[size++] = c;
    }
    return (struct str){ out, out == NULL ? 0 : size };
}

bool url_next(struct str *query, struct str *name, struct str *value)
{
    while (query->size > 0) {
        *value = str_cut(query, '&');
        if (value->size > 0) {
            *name = str_cut(value, '=');
            return true;
        }
    }
    return false;
}

struct str url_get(struct arena *arena, struct str query, struct str name)
{
    struct str found, value;
    while (url_next(&query, &found, &value)) {
        if (str_eq(found, name)) {
            return url_decode(arena, value, true);
        }
    }
    return (struct str){ 0 };
}
