/* One pass over libyaml's events, which a stack of open lists and maps makes into JSON. Cost: a map
 * of n keys takes n comparisons for each, as keys are looked for among those before. */
#include "core/yaml/yaml.h"

#include <yaml.h>

#include "core/base/buf.h"
#include "core/base/json_text.h"
#include "core/base/utf8.h"

/* Keys of one map: more would be data, and none of our messages has so many. */
enum { YAML_KEYS_MAX = 4096 };

struct yaml_reader {
    struct arena *arena;
    yaml_parser_t parser;
    struct yaml *yaml;
    size_t cap;
    struct buf json;
    size_t *begins; /* of each node in json; */
    size_t *ends;   /* its JSON is cut out at the end */
    size_t begins_cap, ends_cap;
    size_t open[YAML_DEPTH_MAX]; /* the lists and maps that are open, the innermost last */
    size_t counts[YAML_DEPTH_MAX];
    size_t depth;
    struct str key; /* of the next value in a map */
    bool keyed;     /* it is known */
};

static struct status yaml_wrong(const yaml_event_t *event, const char *what)
{
    return status_error(STATUS_INVALID_ARGUMENT, "line %zu: %s", event->start_mark.line + 1, what);
}

static struct status yaml_broken(const yaml_parser_t *parser)
{
    return status_error(STATUS_INVALID_ARGUMENT, "line %zu: expected YAML, but: %s",
                        parser->problem_mark.line + 1,
                        parser->problem == NULL ? "it cannot be read" : parser->problem);
}

/* ---- nodes ---- */

static struct yaml_node *yaml_inner(struct yaml_reader *reader)
{
    return reader->depth == 0 ? NULL : &reader->yaml->nodes[reader->open[reader->depth - 1]];
}

static struct status yaml_add(struct yaml_reader *reader, const yaml_event_t *event, size_t *at)
{
    struct yaml *yaml = reader->yaml;
    ARENA_TRY(
        reader->arena, yaml->nodes,
        arena_grow(reader->arena, yaml->nodes, yaml->count, sizeof *yaml->nodes, &reader->cap));
    ARENA_TRY(reader->arena, reader->begins,
              arena_grow(reader->arena, reader->begins, yaml->count, sizeof *reader->begins,
                         &reader->begins_cap));
    ARENA_TRY(reader->arena, reader->ends,
              arena_grow(reader->arena, reader->ends, yaml->count, sizeof *reader->ends,
                         &reader->ends_cap));
    *at = yaml->count++;
    yaml->nodes[*at] = (struct yaml_node){
        .key = reader->keyed ? reader->key : (struct str){ 0 },
        .parent = reader->depth == 0 ? *at : reader->open[reader->depth - 1],
        .line = (uint32_t)event->start_mark.line + 1,
    };
    if (reader->depth > 0 && reader->counts[reader->depth - 1]++ > 0) {
        buf_byte(&reader->json, ',');
    }
    if (reader->keyed) {
        json_text(reader->key, &reader->json);
        buf_byte(&reader->json, ':');
    }
    reader->keyed = false;
    reader->begins[*at] = reader->json.size;
    return status_ok();
}

/* ---- scalars ---- */

static bool yaml_is_null(struct str text)
{
    return text.size == 0 || str_eq(text, STR("~")) || str_eq(text, STR("null")) ||
           str_eq(text, STR("Null")) || str_eq(text, STR("NULL"));
}

static bool yaml_is_bool(struct str text, bool *value)
{
    *value = str_eq(text, STR("true")) || str_eq(text, STR("True")) || str_eq(text, STR("TRUE"));
    return *value || str_eq(text, STR("false")) || str_eq(text, STR("False")) ||
           str_eq(text, STR("FALSE"));
}

static size_t yaml_digits(struct str text, size_t at)
{
    size_t size = 0;
    while (at + size < text.size && text.data[at + size] >= '0' && text.data[at + size] <= '9') {
        size++;
    }
    return size;
}

/* As JSON has numbers. */
static bool yaml_is_number(struct str text)
{
    size_t at = text.size > 0 && text.data[0] == '-', size = yaml_digits(text, at);
    bool good = size > 0 && (size == 1 || text.data[at] != '0');
    at += size;
    if (good && at < text.size && text.data[at] == '.') {
        size = yaml_digits(text, at + 1);
        good = size > 0;
        at += size + 1;
    }
    if (good && at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        at += at < text.size && (text.data[at] == '-' || text.data[at] == '+');
        size = yaml_digits(text, at);
        good = size > 0;
        at += size;
    }
    return good && at == text.size;
}

/* What YAML has as a number and JSON has not: 0x1f, 0o17, .inf, 1., +1, 007. */
static bool yaml_is_odd_number(struct str text)
{
    size_t sign = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    struct str rest = str_from(text, sign);
    if (str_eq(rest, STR(".inf")) || str_eq(rest, STR(".nan")) || str_eq(rest, STR(".Inf")) ||
        str_eq(rest, STR(".NaN")) || str_eq(rest, STR(".INF")) || str_eq(rest, STR(".NAN"))) {
        return true;
    }
    size_t hex = rest.size > 2 && rest.data[0] == '0' && (rest.data[1] | 32) == 'x' ? 2 : 0;
    for (size_t i = 2; hex > 0 && i < rest.size; i++) {
        char c = (char)(rest.data[i] | 32);
        hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ? hex : 0;
    }
    bool octal = rest.size > 2 && rest.data[0] == '0' && rest.data[1] == 'o' &&
                 yaml_digits(rest, 2) == rest.size - 2;
    size_t dots = 0, digits = 0;
    for (size_t i = 0; i < rest.size; i++) {
        dots += rest.data[i] == '.';
        digits += rest.data[i] >= '0' && rest.data[i] <= '9';
    }
    return hex > 0 || octal || (digits > 0 && dots <= 1 && digits + dots == rest.size);
}

static struct status yaml_plain(struct yaml_reader *reader, const yaml_event_t *event,
                                struct yaml_node *node)
{
    bool value;
    node->is_null = yaml_is_null(node->text);
    if (node->is_null) {
        buf_append(&reader->json, STR("null"));
    } else if (yaml_is_bool(node->text, &value)) {
        buf_append(&reader->json, value ? STR("true") : STR("false"));
    } else if (yaml_is_number(node->text)) {
        buf_append(&reader->json, node->text);
    } else if (yaml_is_odd_number(node->text)) {
        return yaml_wrong(event, "expected a decimal number as in JSON, or a text in quotes");
    } else {
        node->is_text = true;
        json_text(node->text, &reader->json);
    }
    return status_ok();
}

static struct status yaml_take_key(struct yaml_reader *reader, const yaml_event_t *event,
                                   struct str text)
{
    const struct yaml *yaml = reader->yaml;
    size_t map = reader->open[reader->depth - 1];
    if (reader->counts[reader->depth - 1] == YAML_KEYS_MAX) {
        return yaml_wrong(event, "expected a map of fewer keys");
    }
    for (size_t i = map + 1; i < yaml->count; i++) {
        if (yaml->nodes[i].parent == map && str_eq(yaml->nodes[i].key, text)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "line %zu: expected each key once, but '%.*s' is there again",
                                event->start_mark.line + 1, STR_ARG(text));
        }
    }
    reader->key = text;
    reader->keyed = true;
    return status_ok();
}

static struct status yaml_scalar(struct yaml_reader *reader, const yaml_event_t *event)
{
    struct str text = arena_copy(
        reader->arena, str_make((const char *)event->data.scalar.value, event->data.scalar.length));
    const struct yaml_node *inner = yaml_inner(reader);
    size_t at;
    if (text.data == NULL) {
        return arena_full(reader->arena);
    }
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
        return yaml_wrong(event, "expected no anchor and no tag");
    }
    if (!utf8_valid(text) || memchr(text.data, '\0', text.size) != NULL) {
        return yaml_wrong(event, "expected a text in UTF-8");
    }
    if (inner != NULL && inner->is_map && !reader->keyed) {
        return yaml_take_key(reader, event, text);
    }
    TRY(yaml_add(reader, event, &at));
    struct yaml_node *node = &reader->yaml->nodes[at];
    node->text = text;
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        TRY(yaml_plain(reader, event, node));
    } else {
        node->is_text = true;
        json_text(text, &reader->json);
    }
    reader->ends[at] = reader->json.size;
    return status_ok();
}

/* ---- lists and maps ---- */

static struct status yaml_open(struct yaml_reader *reader, const yaml_event_t *event, bool map)
{
    const struct yaml_node *inner = yaml_inner(reader);
    bool named =
        map ? event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL
            : event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    size_t at;
    if (named) {
        return yaml_wrong(event, "expected no anchor and no tag");
    }
    if (inner != NULL && inner->is_map && !reader->keyed) {
        return yaml_wrong(event, "expected a text as a key");
    }
    if (reader->depth == YAML_DEPTH_MAX) {
        return yaml_wrong(event, "expected fewer levels");
    }
    TRY(yaml_add(reader, event, &at));
    reader->yaml->nodes[at].is_map = map;
    buf_byte(&reader->json, map ? '{' : '[');
    reader->open[reader->depth] = at;
    reader->counts[reader->depth++] = 0;
    return status_ok();
}

static void yaml_close(struct yaml_reader *reader)
{
    size_t at = reader->open[--reader->depth];
    buf_byte(&reader->json, reader->yaml->nodes[at].is_map ? '}' : ']');
    reader->ends[at] = reader->json.size;
}

static struct status yaml_take(struct yaml_reader *reader, const yaml_event_t *event)
{
    switch ((unsigned)event->type) {
    case YAML_SCALAR_EVENT:
        return yaml_scalar(reader, event);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return yaml_open(reader, event, event->type == YAML_MAPPING_START_EVENT);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        yaml_close(reader);
        break;
    case YAML_ALIAS_EVENT:
        return yaml_wrong(event, "expected no alias");
    case YAML_DOCUMENT_START_EVENT:
        if (event->data.document_start.version_directive != NULL ||
            event->data.document_start.tag_directives.start !=
                event->data.document_start.tag_directives.end) {
            return yaml_wrong(event, "expected no directive");
        }
    }
    return status_ok();
}

static struct status yaml_run(struct yaml_reader *reader)
{
    bool ended = false;
    while (!ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event)) {
            return yaml_broken(&reader->parser);
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        struct status st = yaml_take(reader, &event);
        yaml_event_delete(&event);
        TRY(st);
    }
    return status_ok();
}

/* The JSON of each value is a part of that of its document. */
static struct status yaml_cut(struct yaml_reader *reader)
{
    struct str whole = arena_copy(reader->arena, buf_str(&reader->json));
    if (whole.data == NULL) {
        return arena_full(reader->arena);
    }
    for (size_t i = 0; i < reader->yaml->count; i++) {
        reader->yaml->nodes[i].json =
            str_make(whole.data + reader->begins[i], reader->ends[i] - reader->begins[i]);
    }
    return status_ok();
}

struct status yaml_read(struct arena *arena, struct str text, struct yaml *yaml)
{
    *yaml = (struct yaml){ 0 };
    if (text.size > YAML_SIZE_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d bytes, but it has more",
                            YAML_SIZE_MAX);
    }
    if (str_starts(text, STR("\xEF\xBB\xBF"))) { /* libyaml would count it as a column */
        text = str_from(text, 3);
    }
    struct yaml_reader reader = { .arena = arena, .yaml = yaml };
    if (!yaml_parser_initialize(&reader.parser)) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected memory to read YAML");
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.data, text.size);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    struct status st = yaml_run(&reader);
    yaml_parser_delete(&reader.parser);
    if (st.code == STATUS_OK) {
        st = yaml_cut(&reader);
    }
    buf_release(&reader.json);
    return st;
}

/* ---- looking ---- */

const struct yaml_node *yaml_child(const struct yaml *yaml, const struct yaml_node *map,
                                   struct str key)
{
    size_t at = (size_t)(map - yaml->nodes);
    for (size_t i = at + 1; i < yaml->count && yaml->nodes[i].parent != i; i++) {
        if (yaml->nodes[i].parent == at && str_eq(yaml->nodes[i].key, key)) {
            return &yaml->nodes[i];
        }
    }
    return NULL;
}

uint32_t yaml_line(const struct yaml *yaml, const struct yaml_node *from, struct str path)
{
    while (path.size > 0) {
        size_t size = 0;
        while (size < path.size && path.data[size] != '.' && path.data[size] != '[') {
            size++;
        }
        const struct yaml_node *next = yaml_child(yaml, from, str_make(path.data, size));
        if (next == NULL) {
            return from->line;
        }
        from = next;
        if (size < path.size && path.data[size] == '[') {
            return from->line; /* of the list */
        }
        path = str_from(path, size < path.size ? size + 1 : size);
    }
    return from->line;
}
