#include "core/rpc/http/fields.h"

enum { HTTP_FIELDS_ROOM_MIN = 16 };

bool http_fields_add(struct arena *arena, struct http_fields *fields, struct http_field field)
{
    if (fields->count == fields->room) {
        size_t room = fields->room == 0 ? HTTP_FIELDS_ROOM_MIN : fields->room * 2;
        struct http_field *items = arena_alloc(arena, room * sizeof *items);
        if (items == NULL) {
            return false;
        }
        if (fields->count > 0) {
            memcpy(items, fields->items, fields->count * sizeof *items);
        }
        fields->items = items;
        fields->room = room;
    }
    fields->items[fields->count++] = field;
    return true;
}

static char http_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool http_fields_copy(struct arena *arena, struct http_fields *fields, struct http_field field)
{
    char *both = arena_alloc(arena, field.name.size + field.value.size + 1);
    if (both == NULL) {
        return false;
    }
    for (size_t i = 0; i < field.name.size; i++) {
        both[i] = http_lower(field.name.data[i]);
    }
    if (field.value.size > 0) {
        memcpy(both + field.name.size, field.value.data, field.value.size);
    }
    both[field.name.size + field.value.size] = '\0';
    return http_fields_add(arena, fields,
                           (struct http_field){ { both, field.name.size },
                                                { both + field.name.size, field.value.size } });
}

struct str http_fields_get(const struct http_fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (str_eq(fields->items[i].name, name)) {
            return fields->items[i].value;
        }
    }
    return (struct str){ 0 };
}

struct str http_trim(struct str value)
{
    while (value.size > 0 && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value = str_from(value, 1);
    }
    while (value.size > 0 &&
           (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t')) {
        value.size--;
    }
    return value;
}

bool http_next_in_list(struct str *list, struct str *member)
{
    while (list->size > 0) {
        *member = http_trim(str_cut(list, ','));
        if (member->size > 0) {
            return true;
        }
    }
    return false;
}

struct str http_without_parameters(struct str value)
{
    const char *end = value.size == 0 ? NULL : memchr(value.data, ';', value.size);
    return http_trim(end == NULL ? value : str_make(value.data, (size_t)(end - value.data)));
}

bool http_same(struct str a, struct str b)
{
    bool same = a.size == b.size;
    for (size_t i = 0; same && i < a.size; i++) {
        same = http_lower(a.data[i]) == http_lower(b.data[i]);
    }
    return same;
}
