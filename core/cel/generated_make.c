/* Messages of protobuf-c made of values: the well-known ones from what they stand for. */
#include "core/cel/generated_message.h"
#include "core/cel/json.h"
#include "core/cel/time.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/struct.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "google/protobuf/wrappers.pb-c.h"

bool generated_new(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                   ProtobufCMessage **message)
{
    *message = cel_alloc(run, type->sizeof_message);
    if (*message == NULL) {
        return false;
    }
    protobuf_c_message_init(type, *message);
    return true;
}

/* Sets the field of that number in a new message of the type. */
static bool make_with(struct cel_run *run, const ProtobufCMessageDescriptor *type, unsigned number,
                      struct cel_value value, ProtobufCMessage **message)
{
    return generated_new(run, type, message) &&
           generated_set(run, *message, protobuf_c_message_descriptor_get_field(type, number),
                         value);
}

/* A Timestamp or Duration, whose fields are alike. */
static bool make_time(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                      struct cel_value value, ProtobufCMessage **message)
{
    int64_t seconds;
    int32_t nanos;
    if (!generated_new(run, type, message)) {
        return false;
    }
    cel_time_write(value, &seconds, &nanos);
    pb_field_set(*message, &type->fields[0], &seconds);
    pb_field_set(*message, &type->fields[1], &nanos);
    return true;
}

/* A Value, of what JSON has for the value. */
static bool make_value(struct cel_run *run, struct cel_value value, ProtobufCMessage **message)
{
    static const uint8_t numbers[CEL_VALUE_KINDS] = {
        [CEL_NULL] = 1, [CEL_DOUBLE] = 2, [CEL_STRING] = 3,
        [CEL_BOOL] = 4, [CEL_MAP] = 5,    [CEL_LIST] = 6,
    };
    struct cel_value form;
    if (!cel_enter(run)) {
        return false;
    }
    bool done =
        cel_json_form(run, value, &form) &&
        make_with(run, &google__protobuf__value__descriptor, numbers[form.kind], form, message);
    cel_leave(run);
    return done;
}

/* Charges for every visit that packing makes: parts may be shared, so that a message is larger than
 * the memory it takes. */
static bool make_charge(struct cel_run *run, const ProtobufCMessage *message);

static bool make_charge_item(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                             const void *at)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = pb_field_message(at);
        return message == NULL || make_charge(run, message);
    }
    struct cel_value value = generated_scalar_read(field, at);
    bool text = value.kind == CEL_STRING || value.kind == CEL_BYTES;
    return cel_charge_bytes(run, text ? value.size : 1);
}

static bool make_charge_field(struct cel_run *run, const ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field)
{
    if (!pb_field_has(message, field)) {
        return true;
    }
    if (!pb_field_repeated(field)) {
        return make_charge_item(run, field, pb_field_at(message, field));
    }
    for (size_t i = 0; i < pb_field_count(message, field); i++) {
        if (!make_charge_item(run, field, pb_field_item(message, field, i))) {
            return false;
        }
    }
    return true;
}

static bool make_charge(struct cel_run *run, const ProtobufCMessage *message)
{
    bool done = cel_charge(run, 1 + message->descriptor->n_fields / 4) && cel_enter(run);
    if (!done) {
        return false;
    }
    for (unsigned i = 0; done && i < message->descriptor->n_fields; i++) {
        done = make_charge_field(run, message, &message->descriptor->fields[i]);
    }
    cel_leave(run);
    return done;
}

/* The message that an Any is to hold. */
static bool make_content(struct cel_run *run, struct cel_value value, ProtobufCMessage **message)
{
    static const ProtobufCMessageDescriptor *const types[CEL_VALUE_KINDS] = {
        [CEL_BOOL] = &google__protobuf__bool_value__descriptor,
        [CEL_INT] = &google__protobuf__int64_value__descriptor,
        [CEL_UINT] = &google__protobuf__uint64_value__descriptor,
        [CEL_DOUBLE] = &google__protobuf__double_value__descriptor,
        [CEL_STRING] = &google__protobuf__string_value__descriptor,
        [CEL_BYTES] = &google__protobuf__bytes_value__descriptor,
        [CEL_TIMESTAMP] = &google__protobuf__timestamp__descriptor,
        [CEL_DURATION] = &google__protobuf__duration__descriptor,
        [CEL_MAP] = &google__protobuf__struct__descriptor,
        [CEL_LIST] = &google__protobuf__list_value__descriptor,
    };
    if (value.kind == CEL_MESSAGE) {
        memcpy(message, &value.message, sizeof *message);
        return true;
    }
    const ProtobufCMessageDescriptor *type = types[value.kind];
    return generated_make(run, type == NULL ? &google__protobuf__value__descriptor : type, value,
                          message);
}

static bool make_any(struct cel_run *run, struct cel_value value, ProtobufCMessage **message)
{
    struct str prefix = STR("type.googleapis.com/"), bytes;
    ProtobufCMessage *content;
    if (!make_content(run, value, &content) || !make_charge(run, content)) {
        return false;
    }
    if (pb_pack(run->arena, content, &bytes).code != STATUS_OK) {
        return cel_fail_memory(run);
    }
    size_t name_size = strlen(content->descriptor->name);
    char *url = cel_alloc(run, prefix.size + name_size + 1);
    if (url == NULL || !generated_new(run, &google__protobuf__any__descriptor, message)) {
        return false;
    }
    memcpy(url, prefix.data, prefix.size);
    memcpy(url + prefix.size, content->descriptor->name, name_size + 1);
    Google__Protobuf__Any *any = (Google__Protobuf__Any *)(void *)*message;
    any->type_url = url;
    any->value.len = bytes.size;
    memcpy(&any->value.data, &bytes.data, sizeof bytes.data);
    return true;
}

static bool make_mismatch(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                          struct cel_value value)
{
    const struct cel_type *found;
    return cel_type_of(run, value, &found) &&
           cel_fail(run, "expected a value that a %s can hold, but found one of type %.*s",
                    type->name, STR_ARG(found->name));
}

bool generated_make(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                    struct cel_value value, ProtobufCMessage **message)
{
    uint32_t kind = value.kind;
    switch (generated_known(type)) {
    case CEL_KNOWN_ANY:
        return make_any(run, value, message);
    case CEL_KNOWN_VALUE:
        return make_value(run, value, message);
    case CEL_KNOWN_TIMESTAMP:
        return kind == CEL_TIMESTAMP ? make_time(run, type, value, message)
                                     : make_mismatch(run, type, value);
    case CEL_KNOWN_DURATION:
        return kind == CEL_DURATION ? make_time(run, type, value, message)
                                    : make_mismatch(run, type, value);
    case CEL_KNOWN_STRUCT:
        return kind == CEL_MAP ? make_with(run, type, 1, value, message)
                               : make_mismatch(run, type, value);
    case CEL_KNOWN_LIST:
        return kind == CEL_LIST ? make_with(run, type, 1, value, message)
                                : make_mismatch(run, type, value);
    case CEL_KNOWN_WRAPPER:
        return make_with(run, type, 1, value, message);
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    if (kind != CEL_MESSAGE) {
        return make_mismatch(run, type, value);
    }
    memcpy(message, &value.message, sizeof *message);
    return (*message)->descriptor == type || make_mismatch(run, type, value);
}
