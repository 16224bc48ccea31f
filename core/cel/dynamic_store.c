/* From values to fields, as the specification of construction says: numbers are range-checked,
 * null unsets messages, JSON fields take what has a JSON form, Any packs whatever it gets. */
#include "core/cel/dynamic_message.h"

#include "core/cel/json.h"
#include "core/cel/time.h"

/* Where values go. */
struct dynamic_store {
    const struct cel_schema *schema;
    struct cel_run *run;
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
    int64_t seconds;
    int32_t nanos;
    cel_time_write(value, &seconds, &nanos);
    if (!dynamic_new(store->run, type, &made) ||
        !dynamic_put(store->run, made, dynamic_field(type, 1), cel_int(seconds)) ||
        !dynamic_put(store->run, made, dynamic_field(type, 2), cel_int(nanos))) {
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

/* A value that JSON has, as google.protobuf.Value (the type). */
static bool dynamic_store_form(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value form, struct cel_value *raw)
{
    static const uint8_t numbers[CEL_VALUE_KINDS] = {
        [CEL_NULL] = 1, [CEL_DOUBLE] = 2, [CEL_STRING] = 3,
        [CEL_BOOL] = 4, [CEL_MAP] = 5,    [CEL_LIST] = 6,
    };
    uint32_t number = numbers[form.kind];
    const struct cel_message_type *inner = dynamic_field(type, number)->message;
    if (form.kind == CEL_MAP && !dynamic_store_struct(store, inner, form, &form)) {
        return false;
    }
    if (form.kind == CEL_LIST && !dynamic_store_list(store, inner, form, &form)) {
        return false;
    }
    return dynamic_wrap(store, type, number, form, raw);
}

static bool dynamic_store_json(struct dynamic_store *store, const struct cel_message_type *type,
                               struct cel_value value, struct cel_value *raw)
{
    struct cel_value form;
    if (!cel_enter(store->run)) {
        return false;
    }
    bool done =
        cel_json_form(store->run, value, &form) && dynamic_store_form(store, type, form, raw);
    cel_leave(store->run);
    return done;
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
