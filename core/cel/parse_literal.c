/* Parser, literals: numbers, lists, maps and messages. */
#include "core/cel/number.h"
#include "core/cel/parser.h"

struct cel_node *cel_parse_constant(struct cel_parser *p, uint32_t begin, struct cel_value value)
{
    cel_parse_next(p);
    struct cel_node *node = cel_node_new(p, CEL_NODE_CONST, begin, p->end, 0);
    if (node != NULL) {
        node->constant = value;
    }
    return node;
}

static bool cel_parse_hex(struct str text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 2; i < text.size; i++) {
        char c = (char)(text.data[i] | 0x20);
        if (*value >> 60 != 0) {
            return false;
        }
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static bool cel_parse_magnitude(struct str text, uint64_t *value)
{
    bool hex = text.size > 2 && (text.data[1] | 0x20) == 'x';
    return hex ? cel_parse_hex(text, value) : cel_number_uint(text, value);
}

struct cel_node *cel_parse_number(struct cel_parser *p, uint32_t begin, bool negative)
{
    struct cel_value value = { .kind = CEL_DOUBLE };
    uint64_t magnitude = 0;
    struct str text = p->token.text;
    if (p->token.kind == CEL_TOKEN_DOUBLE) {
        if (!cel_number_double(text, &value.number)) {
            return cel_parse_wrong(p, "a double");
        }
        value.number = negative ? -value.number : value.number;
        return cel_parse_constant(p, begin, value);
    }
    bool is_uint = p->token.kind == CEL_TOKEN_UINT;
    uint64_t max = is_uint ? UINT64_MAX : (uint64_t)INT64_MAX + negative;
    if (!cel_parse_magnitude(text, &magnitude) || magnitude > max) {
        return cel_parse_wrong(p, is_uint ? "a uint of 64 bits" : "an int of 64 bits");
    }
    if (is_uint) {
        return cel_parse_constant(p, begin, cel_uint(magnitude));
    }
    return cel_parse_constant(p, begin, cel_int((int64_t)(negative ? 0 - magnitude : magnitude)));
}

/* What is told apart while items of a literal are read: which have a '?', and the field names. */
struct cel_items {
    uint32_t count;
    bool any;
    bool *flags;
    struct str *fields;
};

static bool cel_items_grow(struct cel_parser *p, struct cel_items *items, bool fields)
{
    if ((items->count & (items->count + 1)) != 0 || (items->count != 0 && items->count < 7)) {
        return true;
    }
    uint32_t max = items->count == 0 ? 7 : items->count * 2 + 1;
    bool *flags = arena_zalloc(p->c->arena, max * sizeof *flags);
    struct str *names = fields ? arena_zalloc(p->c->arena, max * sizeof *names) : NULL;
    if (flags == NULL || (fields && names == NULL)) {
        return cel_compilation_full(p->c) != NULL;
    }
    if (items->count > 0) {
        memcpy(flags, items->flags, items->count * sizeof *flags);
        if (fields) {
            memcpy(names, items->fields, items->count * sizeof *names);
        }
    }
    items->flags = flags;
    items->fields = names;
    return true;
}

/* Begins an item: room for it, and its '?'. */
static bool cel_items_begin(struct cel_parser *p, struct cel_items *items, bool fields)
{
    if (!cel_items_grow(p, items, fields)) {
        return false;
    }
    bool optional = cel_parse_take(p, '?');
    items->flags[items->count++] = optional;
    items->any = items->any || optional;
    return true;
}

/* After an item: true when another one follows; *closed when the literal is complete. */
static bool cel_items_more(struct cel_parser *p, int close, bool *closed)
{
    if (cel_parse_take(p, ',')) {
        *closed = cel_parse_take(p, close);
        return !*closed;
    }
    *closed = cel_parse_take(p, close);
    if (!*closed) {
        cel_parse_wrong(p, close == ']' ? "',' or ']'" : "',' or '}'");
    }
    return false;
}

struct cel_node *cel_parse_list(struct cel_parser *p)
{
    uint32_t begin = p->token.begin, from = p->stack_count;
    struct cel_items items = { 0 };
    cel_parse_next(p);
    bool closed = cel_parse_take(p, ']');
    for (bool more = !closed; more; more = cel_items_more(p, ']', &closed)) {
        if (!cel_items_begin(p, &items, false) || !cel_parse_push(p, cel_parse_expression(p))) {
            return NULL;
        }
    }
    struct cel_node *list = closed ? cel_parse_gather(p, CEL_NODE_LIST, begin, from) : NULL;
    if (list != NULL) {
        list->optionals = items.any ? items.flags : NULL;
    }
    return list;
}

struct cel_node *cel_parse_map(struct cel_parser *p)
{
    uint32_t begin = p->token.begin, from = p->stack_count;
    struct cel_items items = { 0 };
    cel_parse_next(p);
    bool closed = cel_parse_take(p, '}');
    for (bool more = !closed; more; more = cel_items_more(p, '}', &closed)) {
        if (!cel_items_begin(p, &items, false) || !cel_parse_push(p, cel_parse_expression(p))) {
            return NULL;
        }
        if (!cel_parse_take(p, ':')) {
            return cel_parse_wrong(p, "':' and the key's value");
        }
        if (!cel_parse_push(p, cel_parse_expression(p))) {
            return NULL;
        }
    }
    struct cel_node *map = closed ? cel_parse_gather(p, CEL_NODE_MAP, begin, from) : NULL;
    if (map != NULL) {
        map->optionals = items.any ? items.flags : NULL;
    }
    return map;
}

static bool cel_parse_field(struct cel_parser *p, struct cel_items *items)
{
    if (!cel_items_begin(p, items, true)) {
        return false;
    }
    if (p->token.kind != CEL_TOKEN_IDENT && p->token.kind != CEL_TOKEN_QUOTED) {
        return cel_parse_wrong(p, "a field's name") != NULL;
    }
    items->fields[items->count - 1] = p->token.text;
    cel_parse_next(p);
    if (!cel_parse_take(p, ':')) {
        return cel_parse_wrong(p, "':' and the field's value") != NULL;
    }
    return cel_parse_push(p, cel_parse_expression(p));
}

struct cel_node *cel_parse_message(struct cel_parser *p, struct cel_node *type)
{
    uint32_t from = p->stack_count;
    struct cel_items items = { 0 };
    struct str name;
    if (!cel_node_qualified(p->c, type, &name)) {
        return cel_parse_wrong(p, "the name of a message before '{'");
    }
    cel_parse_next(p);
    bool closed = cel_parse_take(p, '}');
    for (bool more = !closed; more; more = cel_items_more(p, '}', &closed)) {
        if (!cel_parse_field(p, &items)) {
            return NULL;
        }
    }
    struct cel_node *node =
        closed ? cel_parse_gather(p, CEL_NODE_MESSAGE, type->begin, from) : NULL;
    if (node != NULL) {
        node->name = name;
        node->fields = items.fields;
        node->optionals = items.any ? items.flags : NULL;
    }
    return node;
}
