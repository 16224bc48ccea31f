/* From values to fields, as the specification of construction says: numbers are range-checked,
 * null unsets messages, JSON fields take what has a JSON form, Any packs whatever it gets. */
#include "core/cel/dynamic_message.h"

#include <math.h>

#include "core/cel/base64.h"
#include "core/cel/number.h"
#include "core/cel/time.h"

/* Where values go. */
struct dynamic_store {
    const struct cel_schema *schema;
    struct cel_run *run;
    unsigned depth; /* of JSON */
};

static bool dynamic_store_json(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw);

static bool dynamic_mismatch(struct dynamic_store *store, const struct cel_proto_field *field,
                             struct cel_value value)
{
    const struct cel_type *type;
    if (!cel_type_of(store->run, value, &type)) {
        return false;
    }
    return cel_fail(store->run, "expected another value for the field '%.*s' than one of type %.*s",
                    STR_ARG(field->name), STR_ARG(type->name));
}

/* A new message of the type with one field set. */
static bool dynamic_wrap(struct dynamic_store *store, const struct cel_message_type *type,
                         uint32_t number, struct cel_value raw, struct cel_value *result)
{
    struct cel_dynamic *made;
    if (!dynamic_new(store->run, type, &made) ||
        !dynamic_put(store->run, made, dynamic_field(type, number), raw)) {
        return false;
    }
    *result = cel_message(made);
    return true;
}

static bool dynamic_known_type(struct dynamic_store *store, const char *name,
                               const struct cel_message_type **type)
{
    *type = cel_schema_message(store->schema, str_z(name));
    return *type != NULL || cel_fail(store->run, "expected the descriptor set to have '%s'", name);
}

static bool dynamic_store_time(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw)
{
    struct cel_dynamic *made;
    bool below = value.kind == CEL_DURATION && value.seconds < 0 && value.nanos > 0;
    if (!dynamic_new(store->run, type, &made) ||
        !dynamic_put(store->run, made, dynamic_field(type, 1), cel_int(value.seconds + below)) ||
        !dynamic_put(store->run, made, dynamic_field(type, 2),
                     cel_int(below ? value.nanos - CEL_TIME_SECOND : value.nanos))) {
        return false;
    }
    *raw = cel_message(made);
    return true;
}

/* ListValue */
static bool dynamic_store_list(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw)
{
    const struct cel_proto_field *field = dynamic_field(type, 1);
    struct cel_dynamic *made;
    struct cel_value item;
    if (!dynamic_new(store->run, type, &made)) {
        return false;
    }
    for (uint32_t i = 0; i < value.list->count; i++) {
        if (!dynamic_store_json(store, field->message, value.list->items[i], &item) ||
            !dynamic_add(store->run, made, field, item)) {
            return false;
        }
    }
    *raw = cel_message(made);
    return true;
}

/* Struct */
static bool dynamic_store_struct(struct dynamic_store *store, const struct cel_message_type *type,
                                 struct cel_value value, struct cel_value *raw)
{
    const struct cel_proto_field *field = dynamic_field(type, 1);
    struct cel_dynamic *made;
    struct cel_value item;
    if (!dynamic_new(store->run, type, &made)) {
        return false;
    }
    for (uint32_t i = 0; i < value.map->count; i++) {
        const struct cel_entry *entry = &value.map->entries[i];
        if (entry->key.kind != CEL_STRING) {
            return cel_fail(store->run, "expected a map with strings as keys");
        }
        if (!dynamic_store_json(store, dynamic_value_field(field)->message, entry->value, &item) ||
            !dynamic_add_entry(store->run, made, field, entry->key, item)) {
            return false;
        }
    }
    *raw = cel_message(made);
    return true;
}

/* Integers that a double does not hold are text in JSON. */
static bool dynamic_json_integer(struct dynamic_store *store, const struct cel_message_type *type,
                                 struct cel_value value, struct cel_value *raw)
{
    const int64_t exact = (int64_t)1 << 53;
    bool is_uint = value.kind == CEL_UINT;
    if (is_uint ? value.unsigned_integer < (uint64_t)exact
                : value.integer > -exact && value.integer < exact) {
        return dynamic_wrap(store, type, 2, cel_double((double)value.integer), raw);
    }
    char digits[CEL_NUMBER_TEXT_MAX];
    bool negative = !is_uint && value.integer < 0;
    uint64_t magnitude = negative ? 0 - value.unsigned_integer : value.unsigned_integer;
    struct cel_value text;
    return cel_string_new(store->run, cel_number_base(negative, magnitude, 10, false, digits),
                          &text) &&
           dynamic_wrap(store, type, 3, text, raw);
}

static bool dynamic_json_bytes(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw)
{
    struct str text;
    return cel_base64_encode(store->run, cel_str(value), &text) &&
           dynamic_wrap(store, type, 3, cel_string(text), raw);
}

static bool dynamic_json_time(struct dynamic_store *store, const struct cel_message_type *type,
                              struct cel_value value, struct cel_value *raw)
{
    char out[CEL_TIME_TEXT_MAX];
    struct cel_value text;
    struct str printed = value.kind == CEL_TIMESTAMP ? cel_timestamp_print(value, out)
                                                     : cel_duration_print(value, out);
    return cel_string_new(store->run, printed, &text) && dynamic_wrap(store, type, 3, text, raw);
}

/* "fooBar,baz" for the paths foo_bar and baz. */
static bool dynamic_json_mask(struct dynamic_store *store, const struct cel_message_type *type,
                              const struct cel_dynamic *mask, struct cel_value *raw)
{
    const struct dynamic_slot *paths = dynamic_find(mask, mask->type->fields);
    size_t size = 0, at = 0;
    for (uint32_t i = 0; paths != NULL && i < paths->count; i++) {
        size += paths->items[i].size + 1;
    }
    char *text = cel_alloc(store->run, size + 1);
    if (text == NULL) {
        return false;
    }
    for (uint32_t i = 0; paths != NULL && i < paths->count; i++) {
        struct str path = cel_str(paths->items[i]);
        if (i > 0) {
            text[at++] = ',';
        }
        for (size_t k = 0; k < path.size; k++) {
            bool joint = path.data[k] == '_' && k + 1 < path.size;
            char c = path.data[joint ? ++k : k];
            text[at++] = joint && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
    }
    return dynamic_wrap(store, type, 3, cel_string(str_make(text, at)), raw);
}

static bool dynamic_json_message(struct dynamic_store *store, const struct cel_message_type *type,
                                 struct cel_value value, struct cel_value *raw)
{
    const struct cel_dynamic *message = value.message;
    struct cel_dynamic *empty;
    if (message->type->known == CEL_KNOWN_MASK) {
        return dynamic_json_mask(store, type, message, raw);
    }
    if (message->type->known == CEL_KNOWN_EMPTY) {
        return dynamic_new(store->run, dynamic_field(type, 5)->message, &empty) &&
               dynamic_wrap(store, type, 5, cel_message(empty), raw);
    }
    return cel_fail(store->run, "expected a value that has a JSON form, not a '%.*s'",
                    STR_ARG(message->type->name));
}

/* A value as google.protobuf.Value (the type). */
static bool dynamic_store_json(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw)
{
    struct cel_value inner;
    bool good;
    if (++store->depth > CEL_DYNAMIC_DEPTH_MAX) {
        return cel_fail(store->run, "expected at most %d values inside each other",
                        CEL_DYNAMIC_DEPTH_MAX);
    }
    if (value.kind == CEL_NULL) {
        good = dynamic_wrap(store, type, 1, value, raw);
    } else if (value.kind == CEL_BOOL) {
        good = dynamic_wrap(store, type, 4, value, raw);
    } else if (value.kind == CEL_DOUBLE) {
        good = dynamic_wrap(store, type, 2, value, raw);
    } else if (value.kind == CEL_STRING) {
        good = dynamic_wrap(store, type, 3, value, raw);
    } else if (value.kind == CEL_INT || value.kind == CEL_UINT) {
        good = dynamic_json_integer(store, type, value, raw);
    } else if (value.kind == CEL_BYTES) {
        good = dynamic_json_bytes(store, type, value, raw);
    } else if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION) {
        good = dynamic_json_time(store, type, value, raw);
    } else if (value.kind == CEL_MAP) {
        good = dynamic_store_struct(store, dynamic_field(type, 5)->message, value, &inner) &&
               dynamic_wrap(store, type, 5, inner, raw);
    } else if (value.kind == CEL_LIST) {
        good = dynamic_store_list(store, dynamic_field(type, 6)->message, value, &inner) &&
               dynamic_wrap(store, type, 6, inner, raw);
    } else if (value.kind == CEL_MESSAGE) {
        good = dynamic_json_message(store, type, value, raw);
    } else {
        good = cel_fail(store->run, "expected a value that has a JSON form");
    }
    store->depth--;
    return good;
}

/* The message that an Any is to hold. */
static bool dynamic_content(struct dynamic_store *store, struct cel_value value,
                            struct cel_value *raw)
{
    static const char *const wrappers[CEL_VALUE_KINDS] = {
        [CEL_BOOL] = "google.protobuf.BoolValue",     [CEL_INT] = "google.protobuf.Int64Value",
        [CEL_UINT] = "google.protobuf.UInt64Value",   [CEL_DOUBLE] = "google.protobuf.DoubleValue",
        [CEL_STRING] = "google.protobuf.StringValue", [CEL_BYTES] = "google.protobuf.BytesValue",
    };
    const struct cel_message_type *type;
    if (value.kind == CEL_MESSAGE) {
        *raw = value;
        return true;
    }
    if (wrappers[value.kind] != NULL) {
        return dynamic_known_type(store, wrappers[value.kind], &type) &&
               dynamic_wrap(store, type, 1, value, raw);
    }
    if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION) {
        bool timestamp = value.kind == CEL_TIMESTAMP;
        return dynamic_known_type(
                   store, timestamp ? "google.protobuf.Timestamp" : "google.protobuf.Duration",
                   &type) &&
               dynamic_store_time(store, type, value, raw);
    }
    if (value.kind == CEL_MAP) {
        return dynamic_known_type(store, "google.protobuf.Struct", &type) &&
               dynamic_store_struct(store, type, value, raw);
    }
    if (value.kind == CEL_LIST) {
        return dynamic_known_type(store, "google.protobuf.ListValue", &type) &&
               dynamic_store_list(store, type, value, raw);
    }
    return dynamic_known_type(store, "google.protobuf.Value", &type) &&
           dynamic_store_json(store, type, value, raw);
}

static bool dynamic_store_any(struct dynamic_store *store, const struct cel_message_type *type,
                              struct cel_value value, struct cel_value *raw)
{
    struct str prefix = STR("type.googleapis.com/"), bytes;
    struct cel_value content;
    struct cel_dynamic *made;
    if (!dynamic_content(store, value, &content) ||
        !cel_dynamic_encode(store->run, content.message, &bytes)) {
        return false;
    }
    struct str name = dynamic_of(content)->type->name;
    char *url = cel_alloc(store->run, prefix.size + name.size);
    if (url == NULL || !dynamic_new(store->run, type, &made)) {
        return false;
    }
    memcpy(url, prefix.data, prefix.size);
    memcpy(url + prefix.size, name.data, name.size);
    *raw = cel_message(made);
    return dynamic_put(store->run, made, dynamic_field(type, 1),
                       cel_string(str_make(url, prefix.size + name.size))) &&
           dynamic_put(store->run, made, dynamic_field(type, 2), cel_bytes(bytes));
}

static bool dynamic_store_int(struct dynamic_store *store, const struct cel_proto_field *field,
                              struct cel_value value, struct cel_value *raw)
{
    bool narrow = field->type == CEL_PROTO_INT32 || field->type == CEL_PROTO_SINT32 ||
                  field->type == CEL_PROTO_SFIXED32 || field->type == CEL_PROTO_ENUM;
    if (field->null && (value.kind == CEL_NULL || (value.kind == CEL_INT && value.integer == 0))) {
        *raw = cel_null();
        return true;
    }
    if (value.kind != CEL_INT) {
        return dynamic_mismatch(store, field, value);
    }
    *raw = value;
    return !narrow || (value.integer >= INT32_MIN && value.integer <= INT32_MAX) ||
           cel_fail(store->run, "expected a number of 32 bits for the field '%.*s'",
                    STR_ARG(field->name));
}

static bool dynamic_store_scalar(struct dynamic_store *store, const struct cel_proto_field *field,
                                 struct cel_value value, struct cel_value *raw)
{
    uint32_t wanted = field->zero.kind;
    if (wanted == CEL_INT || field->null) {
        return dynamic_store_int(store, field, value, raw);
    }
    if (value.kind != wanted) {
        return dynamic_mismatch(store, field, value);
    }
    *raw = value;
    if (field->type == CEL_PROTO_FLOAT) {
        *raw = cel_double((double)(float)value.number);
    }
    bool narrow = field->type == CEL_PROTO_UINT32 || field->type == CEL_PROTO_FIXED32;
    return !narrow || value.unsigned_integer <= UINT32_MAX ||
           cel_fail(store->run, "expected a number of 32 bits for the field '%.*s'",
                    STR_ARG(field->name));
}

static bool dynamic_store_message(struct dynamic_store *store, const struct cel_proto_field *field,
                                  struct cel_value value, struct cel_value *raw)
{
    const struct cel_message_type *type = field->message;
    struct cel_value inner;
    switch (type->known) {
    case CEL_KNOWN_ANY:
        return dynamic_store_any(store, type, value, raw);
    case CEL_KNOWN_VALUE:
        return dynamic_store_json(store, type, value, raw);
    case CEL_KNOWN_DURATION:
    case CEL_KNOWN_TIMESTAMP:
        return value.kind == (type->known == CEL_KNOWN_DURATION ? CEL_DURATION : CEL_TIMESTAMP)
                   ? dynamic_store_time(store, type, value, raw)
                   : dynamic_mismatch(store, field, value);
    case CEL_KNOWN_STRUCT:
        return value.kind == CEL_MAP ? dynamic_store_struct(store, type, value, raw)
                                     : dynamic_mismatch(store, field, value);
    case CEL_KNOWN_LIST:
        return value.kind == CEL_LIST ? dynamic_store_list(store, type, value, raw)
                                      : dynamic_mismatch(store, field, value);
    case CEL_KNOWN_WRAPPER:
        return dynamic_store_scalar(store, type->fields, value, &inner) &&
               dynamic_wrap(store, type, type->fields->number, inner, raw);
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    *raw = value;
    return (value.kind == CEL_MESSAGE && dynamic_of(value)->type == type) ||
           dynamic_mismatch(store, field, value);
}

/* An Any and a Value can be null; a Struct or ListValue cannot, and neither can an item that is a
 * message which stands for itself. */
static bool dynamic_null_unsets(const struct cel_proto_field *field)
{
    enum cel_known known = field->message->known;
    if (known == CEL_KNOWN_NOT) {
        return !field->repeated;
    }
    return known == CEL_KNOWN_WRAPPER || known == CEL_KNOWN_TIMESTAMP ||
           known == CEL_KNOWN_DURATION;
}

bool dynamic_store(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_proto_field *field, struct cel_value value,
                   struct cel_value *raw, bool *unset)
{
    struct dynamic_store store = { .schema = schema, .run = run };
    *unset = false;
    if (field->message == NULL) {
        return dynamic_store_scalar(&store, field, value, raw);
    }
    *unset = value.kind == CEL_NULL && dynamic_null_unsets(field);
    return *unset || dynamic_store_message(&store, field, value, raw);
}
