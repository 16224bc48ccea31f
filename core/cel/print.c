/* Values as text, as CEL literals write them. Cut below a depth, and after many bytes: values share
 * parts, so that their text can be exponentially larger than they are. */
#include "core/cel/number.h"
#include "core/cel/program.h"
#include "core/cel/time.h"

enum { CEL_PRINT_DEPTH_MAX = 16, CEL_PRINT_SIZE_MAX = 1 << 20 };

struct cel_print {
    struct buf *out;
    const struct cel_provider *provider;
    size_t end; /* of the text: nothing is begun behind it */
};

static void cel_print_at(struct cel_print *print, struct cel_value value, uint32_t depth);

static void cel_print_quoted(struct buf *out, struct cel_value value)
{
    bool bytes = value.kind == CEL_BYTES;
    buf_append(out, bytes ? STR("b'") : STR("'"));
    for (uint32_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c == '\'' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c == '\n') {
            buf_append(out, STR("\\n"));
        } else if (c < 0x20 || c == 0x7F || (bytes && c >= 0x80)) {
            buf_printf(out, "\\x%02x", c);
        } else {
            buf_byte(out, c);
        }
    }
    buf_byte(out, '\'');
}

static void cel_print_double(struct buf *out, double number)
{
    char text[CEL_NUMBER_TEXT_MAX];
    struct str digits = cel_number_shortest(number, text);
    buf_append(out, digits);
    if (digits.size > 0 && memchr(digits.data, '.', digits.size) == NULL &&
        memchr(digits.data, 'e', digits.size) == NULL && number - number == 0) {
        buf_append(out, STR(".0"));
    }
}

/* Before item number `i`. */
static void cel_print_comma(struct cel_print *print, uint32_t i)
{
    buf_append(print->out, i == 0 ? STR("") : STR(", "));
}

static void cel_print_list(struct cel_print *print, const struct cel_list *list, uint32_t depth)
{
    buf_byte(print->out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        cel_print_comma(print, i);
        cel_print_at(print, list->items[i], depth + 1);
    }
    buf_byte(print->out, ']');
}

static void cel_print_map(struct cel_print *print, const struct cel_map *map, uint32_t depth)
{
    buf_byte(print->out, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        cel_print_comma(print, i);
        cel_print_at(print, map->entries[i].key, depth + 1);
        buf_append(print->out, STR(": "));
        cel_print_at(print, map->entries[i].value, depth + 1);
    }
    buf_byte(print->out, '}');
}

static void cel_print_optional(struct cel_print *print, const struct cel_value *content,
                               uint32_t depth)
{
    if (content == NULL) {
        buf_append(print->out, STR("optional.none()"));
        return;
    }
    buf_append(print->out, STR("optional.of("));
    cel_print_at(print, *content, depth + 1);
    buf_byte(print->out, ')');
}

static void cel_print_message(struct cel_print *print, const void *message)
{
    const struct cel_provider *provider = print->provider;
    const struct cel_message_type *type = provider->type_of(provider->self, message);
    buf_append(print->out, provider->type_name(provider->self, type));
    buf_append(print->out, STR("{...}"));
}

/* A time or a duration, without memory. */
static void cel_print_time(struct buf *out, struct cel_value value)
{
    char room[CEL_TIME_TEXT_MAX];
    struct str text = value.kind == CEL_TIMESTAMP ? cel_timestamp_print(value, room)
                                                  : cel_duration_print(value, room);
    buf_printf(out, "%s('%.*s')", cel_kind_name(value.kind), STR_ARG(text));
}

static void cel_print_call(struct buf *out, const char *function, struct cel_value value)
{
    /* The text is what string(x) gives; printing must not fail, so the limits are generous. */
    struct arena arena;
    arena_init(&arena, 4096);
    struct cel_run run = { .arena = &arena, .gas = { 4096 } };
    struct cel_value text;
    if (cel_to_string(&run, value, &text)) {
        buf_printf(out, "%s('%.*s')", function, STR_ARG(cel_str(text)));
    } else {
        buf_printf(out, "%s(...)", function);
    }
    arena_release(&arena);
}

static void cel_print_at(struct cel_print *print, struct cel_value value, uint32_t depth)
{
    struct buf *out = print->out;
    if (depth > CEL_PRINT_DEPTH_MAX || out->size > print->end) {
        buf_append(out, STR("..."));
        return;
    }
    switch ((int)value.kind) {
    case CEL_NULL:
        buf_append(out, STR("null"));
        return;
    case CEL_BOOL:
        buf_append(out, value.boolean ? STR("true") : STR("false"));
        return;
    case CEL_INT:
        buf_printf(out, "%lld", (long long)value.integer);
        return;
    case CEL_UINT:
        buf_printf(out, "%lluu", (unsigned long long)value.unsigned_integer);
        return;
    case CEL_DOUBLE:
        cel_print_double(out, value.number);
        return;
    case CEL_STRING:
    case CEL_BYTES:
        cel_print_quoted(out, value);
        return;
    case CEL_LIST:
        cel_print_list(print, value.list, depth);
        return;
    case CEL_MAP:
        cel_print_map(print, value.map, depth);
        return;
    case CEL_OPTIONAL:
        cel_print_optional(print, value.content, depth);
        return;
    case CEL_MESSAGE:
        cel_print_message(print, value.message);
        return;
    case CEL_TYPE:
        buf_append(out, value.type->name);
        return;
    case CEL_ERROR:
        buf_printf(out, "error: %s", value.error->msg);
        return;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        cel_print_time(out, value);
        return;
    default:
        cel_print_call(out, cel_kind_name(value.kind), value);
    }
}

void cel_value_print(struct buf *out, const struct cel_provider *provider, struct cel_value value)
{
    struct cel_print print = { out, provider, out->size + CEL_PRINT_SIZE_MAX };
    cel_print_at(&print, value, 0);
}
