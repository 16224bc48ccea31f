#include "core/cel/type.h"

#include "core/cel/function.h"

#define CEL_TYPE_SIMPLE(variable, kind_, name_)                  \
    const struct cel_type cel_type_##variable = { .kind = kind_, \
                                                  .name = { name_, sizeof(name_) - 1 } }

CEL_TYPE_SIMPLE(null, CEL_NULL, "null_type");
CEL_TYPE_SIMPLE(bool, CEL_BOOL, "bool");
CEL_TYPE_SIMPLE(int, CEL_INT, "int");
CEL_TYPE_SIMPLE(uint, CEL_UINT, "uint");
CEL_TYPE_SIMPLE(double, CEL_DOUBLE, "double");
CEL_TYPE_SIMPLE(string, CEL_STRING, "string");
CEL_TYPE_SIMPLE(bytes, CEL_BYTES, "bytes");
CEL_TYPE_SIMPLE(timestamp, CEL_TIMESTAMP, "google.protobuf.Timestamp");
CEL_TYPE_SIMPLE(duration, CEL_DURATION, "google.protobuf.Duration");
CEL_TYPE_SIMPLE(ip, CEL_IP, "net.IP");
CEL_TYPE_SIMPLE(cidr, CEL_CIDR, "net.CIDR");
CEL_TYPE_SIMPLE(dyn, CEL_DYN, "dyn");
CEL_TYPE_SIMPLE(any, CEL_ANY, "google.protobuf.Any");
CEL_TYPE_SIMPLE(error, CEL_ERROR, "error");

#define CEL_TYPE_OF(variable, kind_, name_, first, second)                              \
    const struct cel_type cel_type_##variable = { .kind = kind_,                        \
                                                  .name = { name_, sizeof(name_) - 1 }, \
                                                  .params = { first, second } }

CEL_TYPE_OF(list, CEL_LIST, "list", &cel_type_dyn, NULL);
CEL_TYPE_OF(map, CEL_MAP, "map", &cel_type_dyn, &cel_type_dyn);
CEL_TYPE_OF(type, CEL_TYPE, "type", NULL, NULL);
CEL_TYPE_OF(optional, CEL_OPTIONAL, "optional_type", &cel_type_dyn, NULL);
CEL_TYPE_OF(bool_wrapper, CEL_WRAPPER, "google.protobuf.BoolValue", &cel_type_bool, NULL);
CEL_TYPE_OF(int_wrapper, CEL_WRAPPER, "google.protobuf.Int64Value", &cel_type_int, NULL);
CEL_TYPE_OF(uint_wrapper, CEL_WRAPPER, "google.protobuf.UInt64Value", &cel_type_uint, NULL);
CEL_TYPE_OF(double_wrapper, CEL_WRAPPER, "google.protobuf.DoubleValue", &cel_type_double, NULL);
CEL_TYPE_OF(string_wrapper, CEL_WRAPPER, "google.protobuf.StringValue", &cel_type_string, NULL);
CEL_TYPE_OF(bytes_wrapper, CEL_WRAPPER, "google.protobuf.BytesValue", &cel_type_bytes, NULL);

/* For declarations of functions. */
CEL_TYPE_SIMPLE(a, CEL_PARAM, "A");
CEL_TYPE_SIMPLE(b, CEL_PARAM, "B");
CEL_TYPE_OF(list_a, CEL_LIST, "list", &cel_type_a, NULL);
CEL_TYPE_OF(list_b, CEL_LIST, "list", &cel_type_b, NULL);
CEL_TYPE_OF(map_ab, CEL_MAP, "map", &cel_type_a, &cel_type_b);
CEL_TYPE_OF(optional_a, CEL_OPTIONAL, "optional_type", &cel_type_a, NULL);
CEL_TYPE_OF(type_a, CEL_TYPE, "type", &cel_type_a, NULL);
CEL_TYPE_OF(list_string, CEL_LIST, "list", &cel_type_string, NULL);
CEL_TYPE_OF(list_int, CEL_LIST, "list", &cel_type_int, NULL);
CEL_TYPE_OF(list_dyn, CEL_LIST, "list", &cel_type_dyn, NULL);
CEL_TYPE_OF(list_list_a, CEL_LIST, "list", &cel_type_list_a, NULL);

static const struct cel_type *cel_type_make(struct arena *arena, const struct cel_type *like,
                                            const struct cel_type *first,
                                            const struct cel_type *second)
{
    struct cel_type *type = arena_alloc(arena, sizeof *type);
    if (type != NULL) {
        *type = *like;
        type->params[0] = first;
        type->params[1] = second;
    }
    return type;
}

const struct cel_type *cel_type_list_of(struct arena *arena, const struct cel_type *item)
{
    return cel_type_make(arena, &cel_type_list, item, NULL);
}

const struct cel_type *cel_type_map_of(struct arena *arena, const struct cel_type *key,
                                       const struct cel_type *value)
{
    return cel_type_make(arena, &cel_type_map, key, value);
}

const struct cel_type *cel_type_optional_of(struct arena *arena, const struct cel_type *item)
{
    return cel_type_make(arena, &cel_type_optional, item, NULL);
}

const struct cel_type *cel_type_type_of(struct arena *arena, const struct cel_type *type)
{
    return cel_type_make(arena, &cel_type_type, type, NULL);
}

const struct cel_type *cel_type_message(struct arena *arena, struct str full_name)
{
    struct cel_type like = { .kind = CEL_MESSAGE, .name = full_name };
    return cel_type_make(arena, &like, NULL, NULL);
}

const struct cel_type *cel_type_own(struct arena *arena, struct str name,
                                    const struct cel_type *const params[CEL_TYPE_PARAMS_MAX])
{
    struct cel_type like = { .kind = CEL_MESSAGE, .name = name };
    memcpy(like.params, params, sizeof like.params);
    struct cel_type *type = arena_alloc(arena, sizeof *type);
    if (type != NULL) {
        *type = like;
    }
    return type;
}

static const struct cel_type cel_type_struct = { .kind = CEL_MAP,
                                                 .name = { "map", 3 },
                                                 .params = { &cel_type_string, &cel_type_dyn } };

const struct cel_type *cel_type_well_known(struct str full_name)
{
    static const struct {
        const char *name;
        const struct cel_type *type;
    } known[] = {
        { "Any", &cel_type_any },
        { "BoolValue", &cel_type_bool_wrapper },
        { "BytesValue", &cel_type_bytes_wrapper },
        { "DoubleValue", &cel_type_double_wrapper },
        { "Duration", &cel_type_duration },
        { "FloatValue", &cel_type_double_wrapper },
        { "Int32Value", &cel_type_int_wrapper },
        { "Int64Value", &cel_type_int_wrapper },
        { "ListValue", &cel_type_list },
        { "StringValue", &cel_type_string_wrapper },
        { "Struct", &cel_type_struct },
        { "Timestamp", &cel_type_timestamp },
        { "UInt32Value", &cel_type_uint_wrapper },
        { "UInt64Value", &cel_type_uint_wrapper },
        { "Value", &cel_type_dyn },
    };
    struct str prefix = STR("google.protobuf.");
    if (!str_starts(full_name, prefix)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (str_eq(str_from(full_name, prefix.size), str_z(known[i].name))) {
            return known[i].type;
        }
    }
    return NULL;
}

bool cel_type_equal(const struct cel_type *a, const struct cel_type *b)
{
    if (a == b) {
        return true;
    }
    if (a == NULL || b == NULL || a->kind != b->kind || a->param_index != b->param_index) {
        return false;
    }
    if ((a->kind == CEL_MESSAGE || a->kind == CEL_PARAM) && !str_eq(a->name, b->name)) {
        return false;
    }
    bool equal = true;
    for (int i = 0; equal && i < CEL_TYPE_PARAMS_MAX; i++) {
        equal = cel_type_equal(a->params[i], b->params[i]);
    }
    return equal;
}

enum { CEL_TYPE_TEXT_MAX = 4096 };

/* Own types may share parts, so that their text can be exponentially larger than they are: nothing
 * is begun behind `end`. */
static void cel_type_print_to(struct buf *out, const struct cel_type *type, size_t end)
{
    buf_append(out, type->kind == CEL_WRAPPER ? STR("wrapper") : type->name);
    for (int i = 0; i < CEL_TYPE_PARAMS_MAX && type->params[i] != NULL; i++) {
        buf_append(out, i == 0 ? STR("(") : STR(", "));
        if (out->size > end) {
            buf_append(out, STR("..."));
        } else {
            cel_type_print_to(out, type->params[i], end);
        }
    }
    if (type->params[0] != NULL) {
        buf_byte(out, ')');
    }
}

void cel_type_print(struct buf *out, const struct cel_type *type)
{
    cel_type_print_to(out, type, out->size + CEL_TYPE_TEXT_MAX);
}
