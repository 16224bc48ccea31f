/* Fields by their names at whatever depth, so that tests fill commands without knowing how they are
 * laid out: `role_id` of CreateRole, whether it stands there or in a Role within it. */
#ifndef TESTS_LIB_DEEP_FIELD_H
#define TESTS_LIB_DEEP_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/str.h"

/* The nearest message that has a field of this name: the message itself, or one set in it or below;
 * NULL if there is none. Lists of messages are not looked into. */
ProtobufCMessage *deep_field_find(ProtobufCMessage *message, const char *name,
                                  const ProtobufCFieldDescriptor **field);

/* Sets the field that deep_field_find finds to a C value of its type; false if there is none. */
bool deep_field_set(ProtobufCMessage *message, const char *name, const void *value);

/* Whether a type is one of the schema's own messages, not one of protobuf's. */
bool deep_field_is_ours(const ProtobufCMessageDescriptor *descriptor);

#endif
