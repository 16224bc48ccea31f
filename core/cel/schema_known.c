/* Which messages stand for values, and that they are what they claim: a descriptor set may come
 * from outside, and its google.protobuf.Struct may have any fields. */
#include "core/cel/schema_known.h"

enum cel_known cel_schema_known(struct str name)
{
    static const struct {
        const char *name;
        enum cel_known known;
    } names[] = {
        { "Any", CEL_KNOWN_ANY },
        { "Duration", CEL_KNOWN_DURATION },
        { "Timestamp", CEL_KNOWN_TIMESTAMP },
        { "Struct", CEL_KNOWN_STRUCT },
        { "Value", CEL_KNOWN_VALUE },
        { "ListValue", CEL_KNOWN_LIST },
        { "Empty", CEL_KNOWN_EMPTY },
        { "FieldMask", CEL_KNOWN_MASK },
        { "BoolValue", CEL_KNOWN_WRAPPER },
        { "Int32Value", CEL_KNOWN_WRAPPER },
        { "Int64Value", CEL_KNOWN_WRAPPER },
        { "UInt32Value", CEL_KNOWN_WRAPPER },
        { "UInt64Value", CEL_KNOWN_WRAPPER },
        { "FloatValue", CEL_KNOWN_WRAPPER },
        { "DoubleValue", CEL_KNOWN_WRAPPER },
        { "StringValue", CEL_KNOWN_WRAPPER },
        { "BytesValue", CEL_KNOWN_WRAPPER },
    };
    struct str package = STR("google.protobuf.");
    for (size_t i = 0; str_starts(name, package) && i < sizeof names / sizeof *names; i++) {
        if (str_eq(str_from(name, package.size), str_z(names[i].name))) {
            return names[i].known;
        }
    }
    return CEL_KNOWN_NOT;
}

/* A field that a type must have. */
struct known_field {
    enum cel_known known;
    uint32_t number;
    enum cel_proto_type type;
    bool repeated;
    enum cel_known of; /* MESSAGE: what it must be; NOT: a map's entry */
};

static const struct known_field known_fields[] = {
    { CEL_KNOWN_ANY, 1, CEL_PROTO_STRING, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_ANY, 2, CEL_PROTO_BYTES, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_DURATION, 1, CEL_PROTO_INT64, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_DURATION, 2, CEL_PROTO_INT32, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_TIMESTAMP, 1, CEL_PROTO_INT64, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_TIMESTAMP, 2, CEL_PROTO_INT32, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_STRUCT, 1, CEL_PROTO_MESSAGE, true, CEL_KNOWN_NOT },
    { CEL_KNOWN_LIST, 1, CEL_PROTO_MESSAGE, true, CEL_KNOWN_VALUE },
    { CEL_KNOWN_VALUE, 1, CEL_PROTO_ENUM, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_VALUE, 2, CEL_PROTO_DOUBLE, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_VALUE, 3, CEL_PROTO_STRING, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_VALUE, 4, CEL_PROTO_BOOL, false, CEL_KNOWN_NOT },
    { CEL_KNOWN_VALUE, 5, CEL_PROTO_MESSAGE, false, CEL_KNOWN_STRUCT },
    { CEL_KNOWN_VALUE, 6, CEL_PROTO_MESSAGE, false, CEL_KNOWN_LIST },
    { CEL_KNOWN_MASK, 1, CEL_PROTO_STRING, true, CEL_KNOWN_NOT },
};

static struct status known_lacks(const struct cel_message_type *type, uint32_t number)
{
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected '%.*s' to have the field %u that is defined for it",
                        STR_ARG(type->name), (unsigned)number);
}

static const struct cel_proto_field *known_find(const struct cel_message_type *type,
                                                uint32_t number)
{
    const struct cel_proto_field *field = type->fields;
    while (field != NULL && field->number != number) {
        field = field->next;
    }
    return field;
}

static bool known_scalar(const struct cel_proto_field *field)
{
    return field != NULL && !field->repeated && field->message == NULL;
}

/* Keys are integers, bools or strings; values are single. */
static bool known_entry(const struct cel_message_type *type)
{
    const struct cel_proto_field *key = known_find(type, 1), *value = known_find(type, 2);
    return known_scalar(key) && value != NULL && !value->repeated && key->type != CEL_PROTO_BYTES &&
           key->type != CEL_PROTO_DOUBLE && key->type != CEL_PROTO_FLOAT &&
           key->type != CEL_PROTO_ENUM;
}

static bool known_struct(const struct cel_message_type *entry)
{
    const struct cel_proto_field *value = known_find(entry, 2);
    return entry->map_entry && known_entry(entry) &&
           known_find(entry, 1)->type == CEL_PROTO_STRING && value->message != NULL &&
           value->message->known == CEL_KNOWN_VALUE;
}

static bool known_has(const struct cel_message_type *type, const struct known_field *wanted)
{
    const struct cel_proto_field *field = known_find(type, wanted->number);
    if (field == NULL || field->type != wanted->type || field->repeated != wanted->repeated) {
        return false;
    }
    if (wanted->known == CEL_KNOWN_STRUCT) {
        return known_struct(field->message);
    }
    bool null = wanted->known != CEL_KNOWN_VALUE || wanted->number != 1 || field->null;
    return null && (field->message == NULL || field->message->known == wanted->of);
}

struct status cel_schema_known_check(const struct cel_message_type *type)
{
    const struct cel_proto_field *first = type->fields;
    if (type->map_entry && !known_entry(type)) {
        return known_lacks(type, 1);
    }
    if (type->known == CEL_KNOWN_WRAPPER && (!known_scalar(first) || first->next != NULL)) {
        return known_lacks(type, 1);
    }
    for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++) {
        if (known_fields[i].known == type->known && !known_has(type, &known_fields[i])) {
            return known_lacks(type, known_fields[i].number);
        }
    }
    return status_ok();
}
