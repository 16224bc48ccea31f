/* Scalars of protobuf-c messages. */
#include "core/cel/generated_message.h"

#include "core/pb/field.h"
#include "google/protobuf/struct.pb-c.h"

bool generated_is_null(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_ENUM &&
           field->descriptor == &google__protobuf__null_value__descriptor;
}

struct cel_value generated_scalar_read(const ProtobufCFieldDescriptor *field, const void *at)
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
        return cel_int(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return generated_is_null(field) ? cel_null() : cel_int(*(const int32_t *)at);
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

static bool scalar_write_int(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                             struct cel_value value, void *at)
{
    bool wide = pb_field_size(field) == 8;
    if (value.kind == CEL_NULL && generated_is_null(field)) {
        value = cel_int(0);
    }
    if (value.kind != CEL_INT ||
        (!wide && (value.integer < INT32_MIN || value.integer > INT32_MAX))) {
        return cel_fail(run, "expected an int of %d bits for '%s'", wide ? 64 : 32, field->name);
    }
    int32_t narrow = (int32_t)value.integer;
    memcpy(at, wide ? (const void *)&value.integer : &narrow, pb_field_size(field));
    return true;
}

static bool scalar_write_uint(struct cel_run *run, const ProtobufCFieldDescriptor *field,
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

static bool scalar_write_double(struct cel_run *run, const ProtobufCFieldDescriptor *field,
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

static bool scalar_write_string(struct cel_run *run, const ProtobufCFieldDescriptor *field,
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

static bool scalar_write_bytes(struct cel_run *run, const ProtobufCFieldDescriptor *field,
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

static bool scalar_write_bool(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                              struct cel_value value, void *at)
{
    protobuf_c_boolean boolean = value.boolean;
    memcpy(at, &boolean, sizeof boolean);
    return value.kind == CEL_BOOL || cel_fail(run, "expected a bool for '%s'", field->name);
}

bool generated_scalar_write(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                            struct cel_value value, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return scalar_write_bool(run, field, value, at);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return scalar_write_double(run, field, value, at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return scalar_write_uint(run, field, value, at);
    case PROTOBUF_C_TYPE_STRING:
        return scalar_write_string(run, field, value, at);
    case PROTOBUF_C_TYPE_BYTES:
        return scalar_write_bytes(run, field, value, at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return scalar_write_int(run, field, value, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    return cel_fail(run, "expected a message for '%s'", field->name);
}
