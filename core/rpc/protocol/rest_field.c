#include "core/rpc/protocol/rest_field.h"

#include "core/pb/field.h"
#include "core/pb/json_known.h"
#include "core/rpc/protocol/detail.h"
#include "core/rpc/protocol/rest_body.h"

/* Some of the parameters: those with the same fields up to here. */
struct rest_level {
    struct arena *arena;
    const ProtobufCMessageDescriptor *descriptor;
    struct rest_param items[REST_PARAMS_MAX]; /* `field`: what is left of it */
    size_t count;
    bool taken[REST_PARAMS_MAX];  /* what is in the text already */
    const struct rest_body *body; /* NULL: it goes elsewhere */
    struct str place;             /* where below; empty: here */
    unsigned depth;
};

static struct str rest_first(struct str field, struct str *left)
{
    const char *dot = field.size == 0 ? NULL : memchr(field.data, '.', field.size);
    size_t size = dot == NULL ? field.size : (size_t)(dot - field.data);
    *left = str_from(field, dot == NULL ? size : size + 1);
    return str_make(field.data, size);
}

static bool rest_is_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE && pb_known(pb_field_type(field)) == PB_KNOWN_NOT;
}

const ProtobufCFieldDescriptor *rest_field_find(const ProtobufCMessageDescriptor *descriptor,
                                                struct str path)
{
    const ProtobufCFieldDescriptor *field = NULL;
    struct str left = path;
    for (unsigned depth = 0; left.size > 0; depth++) {
        if (depth == REST_DEPTH_MAX ||
            (field != NULL && (!rest_is_message(field) || pb_field_repeated(field)))) {
            return NULL;
        }
        field = pb_field_find(field == NULL ? descriptor : pb_field_type(field),
                              rest_first(left, &left));
        if (field == NULL) {
            return NULL;
        }
    }
    return field;
}

const ProtobufCMessageDescriptor *rest_field_message(const ProtobufCMessageDescriptor *descriptor,
                                                     struct str path)
{
    const ProtobufCFieldDescriptor *field = rest_field_find(descriptor, path);
    if (path.size == 0) {
        return descriptor;
    }
    return field != NULL && rest_is_message(field) && !pb_field_repeated(field)
               ? pb_field_type(field)
               : NULL;
}

/* true, false and the numbers of enums stand without quotes. */
static bool rest_is_bare(const ProtobufCFieldDescriptor *field, struct str value)
{
    bool flag = field->type == PROTOBUF_C_TYPE_BOOL ||
                (field->type == PROTOBUF_C_TYPE_MESSAGE &&
                 strcmp(pb_field_type(field)->name, "google.protobuf.BoolValue") == 0);
    if (flag) {
        return str_eq(value, STR("true")) || str_eq(value, STR("false"));
    }
    bool digits = value.size > 0 && value.size < 10;
    for (size_t i = 0; digits && i < value.size; i++) {
        digits = value.data[i] >= '0' && value.data[i] <= '9';
    }
    return digits && field->type == PROTOBUF_C_TYPE_ENUM &&
           (value.size == 1 || value.data[0] != '0');
}

/* Names stand in a URL as the schema has them, in a mask, too; those of JSON are taken. */
static void rest_mask(struct str paths, struct buf *out)
{
    struct buf json = { 0 };
    for (size_t i = 0; i < paths.size; i++) {
        const char next = i + 1 < paths.size ? paths.data[i + 1] : '\0';
        const bool joint = paths.data[i] == '_' && next >= 'a' && next <= 'z';
        buf_byte(&json, (uint8_t)(joint ? next - 'a' + 'A' : paths.data[i]));
        i += joint;
    }
    detail_json_string(buf_str(&json), out);
    buf_release(&json);
}

static void rest_value(const ProtobufCFieldDescriptor *field, struct str value, struct buf *out)
{
    if (rest_is_bare(field, value)) {
        buf_append(out, value);
    } else if (field->descriptor == &google__protobuf__field_mask__descriptor) {
        rest_mask(value, out);
    } else {
        detail_json_string(value, out);
    }
}

static struct status rest_wrong(struct str name, const char *expected)
{
    return status_error(STATUS_INVALID_ARGUMENT, "%.*s: expected %s in the query", STR_ARG(name),
                        expected);
}

static struct status rest_leaf(const ProtobufCFieldDescriptor *field, struct str name,
                               const struct rest_level *level, struct buf *out)
{
    bool list = pb_field_repeated(field);
    if (rest_is_message(field)) {
        return rest_wrong(name, "a field of it");
    }
    if (level->count > 1 && (!list || level->items[0].json)) {
        return rest_wrong(name, "one value");
    }
    buf_append(out, list ? STR("[") : STR(""));
    for (size_t i = 0; i < level->count; i++) {
        if (level->items[i].field.size > 0) {
            return rest_wrong(name, "a value, not fields of it");
        }
        buf_append(out, i > 0 ? STR(",") : STR(""));
        rest_value(field, level->items[i].value, out);
    }
    buf_append(out, list ? STR("]") : STR(""));
    return status_ok();
}

static struct status rest_object(struct rest_level *level, struct buf *out);

/* Under a name there are only parameters, only the body's text, or an object of both. */
static struct status rest_member(const ProtobufCFieldDescriptor *field, struct str name,
                                 struct rest_level *below, struct buf *out)
{
    bool plain = rest_is_message(field) && !pb_field_repeated(field);
    if (below->body == NULL && below->count == 1 && below->items[0].json &&
        below->items[0].field.size == 0) {
        buf_append(out, below->items[0].value);
        return status_ok();
    }
    if (below->body != NULL && !plain) {
        TRY(rest_body_value(below->arena, below->body->text));
        buf_append(out, below->body->text);
        return below->count == 0 ? status_ok() : rest_wrong(name, "nothing beside the body");
    }
    if (below->body == NULL && (!rest_is_message(field) || below->items[0].field.size == 0)) {
        return rest_leaf(field, name, below, out);
    }
    if (!plain || below->depth == REST_DEPTH_MAX) {
        return rest_wrong(name, "no list of messages and fewer levels");
    }
    below->descriptor = pb_field_type(field);
    return rest_object(below, out);
}

/* What goes under a name: those of the parameters that begin with it, and the body. */
static void rest_gather(struct rest_level *level, struct str name, struct rest_level *below)
{
    struct str left, place;
    bool body = level->body != NULL && str_eq(rest_first(level->place, &place), name);
    below->arena = level->arena;
    below->count = 0;
    below->depth = level->depth + 1;
    below->body = body ? level->body : NULL;
    below->place = body ? place : STR("");
    memset(below->taken, 0, sizeof below->taken);
    for (size_t i = 0; i < level->count; i++) {
        if (!level->taken[i] && str_eq(rest_first(level->items[i].field, &left), name)) {
            level->taken[i] = true;
            struct rest_param *item = &below->items[below->count++];
            *item = level->items[i];
            item->field = left;
        }
    }
}

/* A level is some KiB of the stack, and there are at most REST_DEPTH_MAX. */
static struct status rest_under(struct rest_level *level, struct str name, struct buf *out)
{
    struct rest_level below;
    const ProtobufCFieldDescriptor *field = pb_field_find(level->descriptor, name);
    if (field == NULL) {
        return rest_wrong(name, "a field of the request");
    }
    rest_gather(level, name, &below);
    buf_append(out, out->data[out->size - 1] == '{' ? STR("\"") : STR(",\""));
    pb_field_json_name(field->name, out);
    buf_append(out, STR("\":"));
    return rest_member(field, name, &below, out);
}

/* What a parameter and the body both say must be the same; then it is left to the body. */
static struct status rest_compare(struct rest_level *level, const ProtobufCFieldDescriptor *field,
                                  struct str value)
{
    struct str left, text = rest_body_text(level->arena, value);
    for (size_t i = 0; i < level->count; i++) {
        struct str param = rest_first(level->items[i].field, &left);
        if (pb_field_find(level->descriptor, param) != field) {
            continue;
        }
        level->taken[i] = left.size == 0 && str_eq(text, level->items[i].value);
        if (!level->taken[i]) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "%.*s: expected '%.*s' in the body, as in the path or query",
                                STR_ARG(param), STR_ARG(level->items[i].value));
        }
    }
    return status_ok();
}

/* An object that is being written, with the body's members first. */
struct rest_writing {
    struct rest_level *level;
    struct buf *out;
};

static struct status rest_body_member(void *context, struct str name, struct str value)
{
    struct rest_writing *writing = context;
    struct rest_level *level = writing->level;
    struct buf *out = writing->out;
    const ProtobufCFieldDescriptor *field = pb_field_find(level->descriptor, name);
    for (size_t i = 0; i < level->body->beside_count; i++) {
        if (str_eq(level->body->beside[i], name)) {
            return status_ok();
        }
    }
    TRY(field == NULL ? status_ok() : rest_compare(level, field, value));
    buf_append(out, out->data[out->size - 1] == '{' ? STR("") : STR(","));
    detail_json_string(name, out);
    buf_byte(out, ':');
    buf_append(out, value);
    return status_ok();
}

static bool rest_says(const struct rest_level *level, struct str name)
{
    struct str left;
    for (size_t i = 0; i < level->count; i++) {
        if (str_eq(rest_first(level->items[i].field, &left), name)) {
            return true;
        }
    }
    return false;
}

static struct status rest_object(struct rest_level *level, struct buf *out)
{
    struct str left;
    bool here = level->body != NULL && level->place.size == 0;
    buf_byte(out, '{');
    if (here) {
        struct rest_writing writing = { level, out };
        TRY(rest_body_members(level->arena, level->body->text, rest_body_member, &writing));
    }
    for (size_t i = 0; i < level->count; i++) {
        if (!level->taken[i]) {
            TRY(rest_under(level, rest_first(level->items[i].field, &left), out));
        }
    }
    if (level->body != NULL && !here) {
        struct str name = rest_first(level->place, &left);
        TRY(rest_says(level, name) ? status_ok() : rest_under(level, name, out));
    }
    buf_byte(out, '}');
    return status_ok();
}

struct status rest_field_object(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                const struct rest_params *params, const struct rest_body *body,
                                struct buf *out)
{
    struct rest_level level = {
        .arena = arena,
        .descriptor = descriptor,
        .count = params->count,
        .body = body,
        .place = body == NULL ? STR("") : body->field,
    };
    memcpy(level.items, params->items, params->count * sizeof *params->items);
    return rest_object(&level, out);
}
