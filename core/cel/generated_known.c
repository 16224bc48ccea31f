/* Well-known types and scalars of protobuf-c messages. */
#include "core/cel/generated.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/struct.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "google/protobuf/wrappers.pb-c.h"

enum { CEL_KNOWN_DEPTH_MAX = 64, CEL_NANOS = 1000000000 };

struct cel_value cel_scalar_read(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return cel_bool(*(const protobuf_c_boolean *)at != 0);
    case PROTOBUF_C_TYPE_FLOAT:
        return cel_double((double)*(const float *)at);
    case PROTOBUF_C_TYPE_DOUBLE:
        return cel_double(*(const double *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return cel_uint(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return cel_uint(*(const uint64_t *)at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
        return cel_int(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return cel_int(*(const int64_t *)at);
    case PROTOBUF_C_TYPE_STRING:
        return cel_string(str_z(*(const char *const *)at));
    case PROTOBUF_C_TYPE_BYTES:;
        const ProtobufCBinaryData *bytes = at;
        return cel_bytes(str_make(bytes->data, bytes->len));
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    assert(false && "messages are no scalars");
    return cel_null();
}

static bool cel_scalar_int(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                           struct cel_value value, void *at)
{
    bool wide = pb_field_size(field) == 8;
    if (value.kind != CEL_INT ||
        (!wide && (value.integer < INT32_MIN || value.integer > INT32_MAX))) {
        return cel_fail(run, "expected an int of %d bits for '%s'", wide ? 64 : 32, field->name);
    }
    int32_t narrow = (int32_t)value.integer;
    memcpy(at, wide ? (const void *)&value.integer : &narrow, pb_field_size(field));
    return true;
}

static bool cel_scalar_uint(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                            struct cel_value value, void *at)
{
    bool wide = pb_field_size(field) == 8;
    if (value.kind != CEL_UINT || (!wide && value.unsigned_integer > UINT32_MAX)) {
        return cel_fail(run, "expected a uint of %d bits for '%s'", wide ? 64 : 32, field->name);
    }
    uint32_t narrow = (uint32_t)value.unsigned_integer;
    memcpy(at, wide ? (const void *)&value.unsigned_integer : &narrow, pb_field_size(field));
    return true;
}

static bool cel_scalar_double(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                              struct cel_value value, void *at)
{
    if (value.kind != CEL_DOUBLE) {
        return cel_fail(run, "expected a double for '%s'", field->name);
    }
    float narrow = (float)value.number;
    bool wide = field->type == PROTOBUF_C_TYPE_DOUBLE;
    memcpy(at, wide ? (const void *)&value.number : &narrow, pb_field_size(field));
    return true;
}

static bool cel_scalar_string(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                              struct cel_value value, void *at)
{
    if (value.kind != CEL_STRING ||
        (value.size > 0 && memchr(value.data, '\0', value.size) != NULL)) {
        return cel_fail(run, "expected a string without NUL for '%s'", field->name);
    }
    char *copy = cel_alloc(run, (size_t)value.size + 1);
    if (copy == NULL) {
        return false;
    }
    if (value.size > 0) {
        memcpy(copy, value.data, value.size);
    }
    copy[value.size] = '\0';
    memcpy(at, &copy, sizeof(char *));
    return true;
}

static bool cel_scalar_bytes(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                             struct cel_value value, void *at)
{
    if (value.kind != CEL_BYTES) {
        return cel_fail(run, "expected bytes for '%s'", field->name);
    }
    ProtobufCBinaryData bytes = { .len = value.size };
    memcpy(&bytes.data, &value.data, sizeof(char *));
    memcpy(at, &bytes, sizeof bytes);
    return true;
}

static bool cel_scalar_bool(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                            struct cel_value value, void *at)
{
    protobuf_c_boolean boolean = value.boolean;
    memcpy(at, &boolean, sizeof boolean);
    return value.kind == CEL_BOOL || cel_fail(run, "expected a bool for '%s'", field->name);
}

bool cel_scalar_write(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                      struct cel_value value, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return cel_scalar_bool(run, field, value, at);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return cel_scalar_double(run, field, value, at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return cel_scalar_uint(run, field, value, at);
    case PROTOBUF_C_TYPE_STRING:
        return cel_scalar_string(run, field, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return cel_scalar_bytes(run, field, value, at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return cel_scalar_int(run, field, value, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    return cel_fail(run, "expected a message for '%s'", field->name);
}

/* Seconds and nanoseconds of one sign become seconds rounded down. */
static struct cel_value cel_known_time(enum cel_kind kind, int64_t seconds, int64_t nanos)
{
    seconds += nanos / CEL_NANOS;
    nanos %= CEL_NANOS;
    if (nanos < 0) {
        seconds--;
        nanos += CEL_NANOS;
    }
    return (struct cel_value){ .kind = kind, .nanos = (int32_t)nanos, .seconds = seconds };
}

static bool cel_known_value(struct cel_run *run, const Google__Protobuf__Value *value,
                            uint32_t depth, struct cel_value *result);

static bool cel_known_list(struct cel_run *run, const Google__Protobuf__ListValue *list,
                           uint32_t depth, struct cel_value *result)
{
    struct cel_value *items;
    if (list->n_values > UINT32_MAX ||
        !cel_list_new(run, (uint32_t)list->n_values, &items, result)) {
        return run->error.kind != CEL_ERROR_NONE ? false : cel_fail_memory(run);
    }
    for (size_t i = 0; i < list->n_values; i++) {
        if (!cel_known_value(run, list->values[i], depth + 1, &items[i])) {
            return false;
        }
    }
    return true;
}

static bool cel_known_struct(struct cel_run *run, const Google__Protobuf__Struct *of,
                             uint32_t depth, struct cel_value *result)
{
    struct cel_entry *entries = cel_alloc(run, (of->n_fields + 1) * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < of->n_fields; i++) {
        entries[i].key = cel_string(str_z(of->fields[i]->key));
        if (!cel_known_value(run, of->fields[i]->value, depth + 1, &entries[i].value)) {
            return false;
        }
    }
    return cel_map_new(run, entries, (uint32_t)of->n_fields, result);
}

static bool cel_known_value(struct cel_run *run, const Google__Protobuf__Value *value,
                            uint32_t depth, struct cel_value *result)
{
    *result = cel_null();
    if (depth > CEL_KNOWN_DEPTH_MAX) {
        return cel_fail(run, "expected values nested at most %d deep", CEL_KNOWN_DEPTH_MAX);
    }
    int kind = value == NULL ? GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET : (int)value->kind_case;
    if (kind == GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE) {
        *result = cel_double(value->number_value);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE) {
        *result = cel_string(str_z(value->string_value));
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE) {
        *result = cel_bool(value->bool_value != 0);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        return cel_known_struct(run, value->struct_value, depth, result);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE) {
        return cel_known_list(run, value->list_value, depth, result);
    }
    return true;
}

static bool cel_known_any(const struct cel_generated *g, struct cel_run *run,
                          const Google__Protobuf__Any *any, struct cel_value *result)
{
    struct str url = str_z(any->type_url), name = url;
    const char *slash = url.size == 0 ? NULL : memrchr(url.data, '/', url.size);
    if (slash != NULL) {
        name = str_from(url, (size_t)(slash - url.data) + 1);
    }
    const struct cel_message_type *type = g->provider.find_message(g->provider.self, name);
    if (type == NULL) {
        return cel_fail(run, "expected an Any of a known message, but it holds '%.*s'",
                        STR_ARG(url));
    }
    ProtobufCMessage *message;
    struct status status =
        cel_charge_bytes(run, any->value.len * 4)
            ? pb_unpack(run->arena, (const ProtobufCMessageDescriptor *)(const void *)type,
                        str_make(any->value.data, any->value.len), PB_STORED, &message)
            : status_error(STATUS_RESOURCE_EXHAUSTED, "gas");
    if (status.code == STATUS_RESOURCE_EXHAUSTED) {
        return run->error.kind == CEL_ERROR_GAS ? false : cel_fail_memory(run);
    }
    if (status.code != STATUS_OK) {
        return cel_fail(run, "%s", status.msg);
    }
    return g->provider.adapt(g->provider.self, run, message, result);
}

/* Wrappers have one field. */
static bool cel_known_is_wrapper(const ProtobufCMessageDescriptor *type)
{
    const struct cel_type *known = cel_type_well_known(str_z(type->name));
    return known != NULL && known->kind == CEL_WRAPPER;
}

bool cel_known_read(const struct cel_generated *g, struct cel_run *run,
                    const ProtobufCMessage *message, bool *known, struct cel_value *result)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const void *of = message;
    *known = true;
    if (type == &google__protobuf__timestamp__descriptor) {
        const Google__Protobuf__Timestamp *timestamp = of;
        *result = cel_known_time(CEL_TIMESTAMP, timestamp->seconds, timestamp->nanos);
    } else if (type == &google__protobuf__duration__descriptor) {
        const Google__Protobuf__Duration *duration = of;
        *result = cel_known_time(CEL_DURATION, duration->seconds, duration->nanos);
    } else if (type == &google__protobuf__struct__descriptor) {
        return cel_known_struct(run, of, 0, result);
    } else if (type == &google__protobuf__value__descriptor) {
        return cel_known_value(run, of, 0, result);
    } else if (type == &google__protobuf__list_value__descriptor) {
        return cel_known_list(run, of, 0, result);
    } else if (type == &google__protobuf__any__descriptor) {
        return cel_known_any(g, run, of, result);
    } else if (cel_known_is_wrapper(type)) {
        *result = cel_scalar_read(&type->fields[0], pb_field_at(message, &type->fields[0]));
    } else {
        *known = false;
    }
    return true;
}

struct cel_value cel_known_absent(const ProtobufCMessageDescriptor *type, bool *known)
{
    static const struct cel_map no_entries;
    static const struct cel_list no_items;
    const struct cel_type *well_known = cel_type_well_known(str_z(type->name));
    *known = well_known != NULL;
    if (well_known == NULL) {
        return cel_null();
    }
    switch ((int)well_known->kind) {
    case CEL_TIMESTAMP:
        return cel_timestamp(0, 0);
    case CEL_DURATION:
        return cel_duration(0, 0);
    case CEL_MAP:
        return cel_map_value(&no_entries);
    case CEL_LIST:
        return cel_list_value(&no_items);
    default:
        return cel_null();
    }
}

/* A message with seconds in its first field and nanos, of the same sign, in its second. */
static void cel_known_set_time(ProtobufCMessage *message, struct cel_value value)
{
    const ProtobufCFieldDescriptor *fields = message->descriptor->fields;
    int64_t seconds = value.seconds;
    int32_t nanos = value.nanos;
    if (value.kind == CEL_DURATION && seconds < 0 && nanos > 0) {
        seconds++;
        nanos -= CEL_NANOS;
    }
    pb_field_set(message, &fields[0], &seconds);
    pb_field_set(message, &fields[1], &nanos);
}

bool cel_known_make(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                    struct cel_value value, ProtobufCMessage **message)
{
    const struct cel_type *known = cel_type_well_known(str_z(type->name));
    bool time = known != NULL && (known->kind == CEL_TIMESTAMP || known->kind == CEL_DURATION) &&
                known->kind == value.kind;
    if (!time && !cel_known_is_wrapper(type)) {
        return cel_fail(run, "expected a value that a %s can hold", type->name);
    }
    *message = cel_alloc(run, type->sizeof_message);
    if (*message == NULL) {
        return false;
    }
    protobuf_c_message_init(type, *message);
    if (time) {
        cel_known_set_time(*message, value);
        return true;
    }
    uint64_t room[2];
    if (!cel_scalar_write(run, &type->fields[0], value, room)) {
        return false;
    }
    pb_field_set(*message, &type->fields[0], room);
    return true;
}
