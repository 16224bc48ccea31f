#include "core/rpc/protocol/rest_field.h"

#include "core/pb/field.h"
#include "core/pb/json_known.h"
#include "core/rpc/protocol/detail.h"

/* Some of the parameters: those with the same fields up to here. */
struct rest_level {
    const ProtobufCMessageDescriptor *descriptor;
    struct rest_param items[REST_PARAMS_MAX]; /* `field`: what is left of it */
    size_t count;
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

bool rest_field_known(const ProtobufCMessageDescriptor *descriptor, struct str path)
{
    const ProtobufCFieldDescriptor *field = NULL;
    struct str left = path;
    for (unsigned depth = 0; left.size > 0 && depth < REST_DEPTH_MAX; depth++) {
        if (field != NULL && (!rest_is_message(field) || pb_field_repeated(field))) {
            return false;
        }
        field = pb_field_find(field == NULL ? descriptor : pb_field_type(field),
                              rest_first(left, &left));
        if (field == NULL) {
            return false;
        }
    }
    return field != NULL && left.size == 0;
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

static void rest_value(const ProtobufCFieldDescriptor *field, struct str value, struct buf *out)
{
    if (rest_is_bare(field, value)) {
        buf_append(out, value);
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
    if (!list && level->count > 1) {
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

static struct status rest_members(const struct rest_level *level, struct buf *out);

static struct status rest_member(const ProtobufCFieldDescriptor *field, struct str name,
                                 struct rest_level *below, struct buf *out)
{
    if (!rest_is_message(field) || below->items[0].field.size == 0) {
        return rest_leaf(field, name, below, out);
    }
    if (pb_field_repeated(field) || below->depth == REST_DEPTH_MAX) {
        return rest_wrong(name, "no list of messages and fewer levels");
    }
    below->descriptor = pb_field_type(field);
    buf_byte(out, '{');
    TRY(rest_members(below, out));
    buf_byte(out, '}');
    return status_ok();
}

/* Takes all that begin with the name of the one at `at`; `taken` tells which are. */
static void rest_gather(const struct rest_level *level, size_t at, bool *taken,
                        struct rest_level *below)
{
    struct str left, name = rest_first(level->items[at].field, &left);
    below->count = 0;
    below->depth = level->depth + 1;
    for (size_t i = at; i < level->count; i++) {
        if (!taken[i] && str_eq(rest_first(level->items[i].field, &left), name)) {
            taken[i] = true;
            below->items[below->count++] = (struct rest_param){ left, level->items[i].value };
        }
    }
}

/* A level is some KiB of the stack, and there are at most REST_DEPTH_MAX. */
static struct status rest_members(const struct rest_level *level, struct buf *out)
{
    bool taken[REST_PARAMS_MAX] = { false }, first = true;
    struct rest_level below;
    struct str left;
    for (size_t i = 0; i < level->count; i++) {
        if (taken[i]) {
            continue;
        }
        struct str name = rest_first(level->items[i].field, &left);
        const ProtobufCFieldDescriptor *field = pb_field_find(level->descriptor, name);
        if (field == NULL) {
            return rest_wrong(name, "a field of the request");
        }
        rest_gather(level, i, taken, &below);
        buf_append(out, first ? STR("\"") : STR(",\""));
        pb_field_json_name(field->name, out);
        buf_append(out, STR("\":"));
        first = false;
        TRY(rest_member(field, name, &below, out));
    }
    return status_ok();
}

struct status rest_field_members(const ProtobufCMessageDescriptor *descriptor,
                                 const struct rest_params *params, struct buf *out)
{
    struct rest_level level = { .descriptor = descriptor, .count = params->count };
    memcpy(level.items, params->items, params->count * sizeof *params->items);
    return rest_members(&level, out);
}
