/* Fields of protobuf-c messages by their descriptors: what protobuf-c has no functions for. A
 * message is passed as `ProtobufCMessage *`; every generated message starts with one as `base`.
 * Not thread-safe for one message; descriptors are constant. */
#ifndef CORE_PB_FIELD_H
#define CORE_PB_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/arena.h"
#include "core/base/buf.h"

/* The field by its name in the schema ("role_type") or in JSON ("roleType"); NULL if there is none.
 */
const ProtobufCFieldDescriptor *pb_field_find(const ProtobufCMessageDescriptor *descriptor,
                                              struct str name);
/* Whether `name` is the field's JSON name. */
bool pb_field_is_json_name(const ProtobufCFieldDescriptor *field, struct str name);
/* Appends the JSON form of a name of the schema: "roleType" for "role_type". */
void pb_field_json_name(const char *name, struct buf *out);

static inline bool pb_field_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static inline bool pb_field_in_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* Whether the field is a map: protoc's descriptors do not say, but the message that it makes for
 * the entries has this name and these fields. */
bool pb_field_is_map(const ProtobufCFieldDescriptor *field);

/* What the names of an enum begin with, by that of its zero: SUBJECT_TYPE_ of
 * SUBJECT_TYPE_UNSPECIFIED; empty where that is named otherwise. Borrows. */
struct str pb_enum_prefix(const ProtobufCEnumDescriptor *descriptor);

/* Only for fields of type MESSAGE. */
static inline const ProtobufCMessageDescriptor *pb_field_type(const ProtobufCFieldDescriptor *field)
{
    return field->descriptor;
}

/* The number of the member that a oneof has, 0 for none; `field` is any of its members. */
uint32_t pb_field_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Whether a field has a value that is not its default: a list with items, a message that is there,
 * the chosen member of a oneof (whatever its value), a scalar other than zero. */
bool pb_field_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* The C value of a singular field: int32_t, char *, ProtobufCBinaryData, ProtobufCMessage * ... */
void *pb_field_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* The number of items of a repeated field, and the C value of one. */
size_t pb_field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
void *pb_field_item(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                    size_t index);
/* The size of one C value of the field's type, in bytes. */
size_t pb_field_size(const ProtobufCFieldDescriptor *field);
/* The message that a C value of type MESSAGE points to; may be NULL. */
ProtobufCMessage *pb_field_message(const void *value);

/* Sets the default; of a oneof only if this member is the chosen one. */
void pb_field_clear(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* Copies a singular C value in; a oneof then has this member. */
void pb_field_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                  const void *value);
/* Makes a repeated field the `count` C values at `items`, which the message borrows. */
void pb_field_set_items(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        void *items, size_t count);
/* Makes a field of `target` what a field of `source`, of the same type, is. Shallow: `target` then
 * borrows from `source`. */
void pb_field_share(const ProtobufCMessage *source, const ProtobufCFieldDescriptor *from,
                    ProtobufCMessage *target, const ProtobufCFieldDescriptor *to);

#endif
