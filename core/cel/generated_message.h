/* What the parts of the provider on protobuf-c share; private to generated*.c. */
#ifndef CORE_CEL_GENERATED_MESSAGE_H
#define CORE_CEL_GENERATED_MESSAGE_H

#include "core/cel/generated.h"
#include "core/cel/schema_known.h"

/* The well-known types, for reading and making an Any of one; ends with NULL. */
extern const ProtobufCMessageDescriptor *const generated_known_types[];
enum { GENERATED_KNOWN_TYPES = 17 };

/* The port hands types as its own incomplete struct. */
static inline const ProtobufCMessageDescriptor *
generated_type_in(const struct cel_message_type *type)
{
    return (const ProtobufCMessageDescriptor *)(const void *)type;
}

static inline enum cel_known generated_known(const ProtobufCMessageDescriptor *type)
{
    return cel_schema_known(str_z(type->name));
}

/* Whether the repeated field's items are the entries of a map: protobuf-c does not tell, but the
 * type that protoc makes for them has a name and fields that nothing else has. */
/* google.protobuf.NullValue reads as null. */
bool generated_is_null(const ProtobufCFieldDescriptor *field);

/* The value of a scalar's C value; and the other way, ranges checked. */
struct cel_value generated_scalar_read(const ProtobufCFieldDescriptor *field, const void *at);
bool generated_scalar_write(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                            struct cel_value value, void *at);

/* What a message stands for; CEL_MESSAGE when for itself. */
bool generated_adapt(const struct cel_generated *g, struct cel_run *run,
                     const ProtobufCMessage *message, struct cel_value *result);
/* The same for a field of the type that is not set. */
bool generated_adapt_unset(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                           struct cel_value *result);
/* An empty message. */
bool generated_new(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                   ProtobufCMessage **message);
/* The message of the type that stands for the value. */
bool generated_make(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                    struct cel_value value, ProtobufCMessage **message);

/* The field, set or not, as the language sees it; and the other way. */
bool generated_get(const struct cel_generated *g, struct cel_run *run,
                   const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                   struct cel_value *result);
bool generated_set(struct cel_run *run, ProtobufCMessage *message,
                   const ProtobufCFieldDescriptor *field, struct cel_value value);

#endif
