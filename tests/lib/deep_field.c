#include "tests/lib/deep_field.h"

#include <string.h>

#include "core/pb/field.h"

enum { DEEP_MAX = 4 };

bool deep_field_is_ours(const ProtobufCMessageDescriptor *descriptor)
{
    return strcmp(descriptor->package_name, "agency.v1") == 0;
}

static bool deep_field_is_inner(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field) &&
           deep_field_is_ours(pb_field_type(field));
}

/* A field of the message; not the one that holds a message with a field of the same name, as
 * `role_type` of DefineRoleType does. */
static const ProtobufCFieldDescriptor *deep_field_of(const ProtobufCMessageDescriptor *descriptor,
                                                     const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
    bool inside = field != NULL && deep_field_is_inner(field) &&
                  protobuf_c_message_descriptor_get_field_by_name(pb_field_type(field), name);
    return inside ? NULL : field;
}

/* At exactly `depth` messages below this one. */
static ProtobufCMessage *deep_field_at(ProtobufCMessage *message, const char *name, int depth,
                                       const ProtobufCFieldDescriptor **field)
{
    if (depth == 0) {
        *field = deep_field_of(message->descriptor, name);
        return *field == NULL ? NULL : message;
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *member = &message->descriptor->fields[i];
        bool inner = deep_field_is_inner(member) && pb_field_has(message, member);
        ProtobufCMessage *found =
            inner ? deep_field_at(pb_field_message(pb_field_at(message, member)), name, depth - 1,
                                  field)
                  : NULL;
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

ProtobufCMessage *deep_field_find(ProtobufCMessage *message, const char *name,
                                  const ProtobufCFieldDescriptor **field)
{
    ProtobufCMessage *found = NULL;
    for (int depth = 0; found == NULL && depth < DEEP_MAX; depth++) {
        found = deep_field_at(message, name, depth, field);
    }
    return found;
}

bool deep_field_set(ProtobufCMessage *message, const char *name, const void *value)
{
    const ProtobufCFieldDescriptor *field;
    ProtobufCMessage *holder = deep_field_find(message, name, &field);
    if (holder == NULL) {
        return false;
    }
    if (pb_field_repeated(field)) {
        pb_field_set_items(holder, field, (void *)(uintptr_t)value, 1);
    } else {
        pb_field_set(holder, field, value);
    }
    return true;
}
