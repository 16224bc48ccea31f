/* The provider of messages whose C code protoc-c generated. Reads everything; well-known types
 * become what they stand for. Makes messages of scalars, lists and messages. Map fields read as
 * lists of their entries (protobuf-c does not tell them apart). */
#ifndef CORE_CEL_GENERATED_H
#define CORE_CEL_GENERATED_H

#include <protobuf-c/protobuf-c.h>

#include "core/cel/provider.h"

struct cel_generated {
    struct cel_provider provider;                /* for cel_env; its self is this struct */
    const ProtobufCMessageDescriptor **messages; /* sorted by name */
    const ProtobufCEnumDescriptor **enums;       /* sorted by name */
    size_t message_count, message_max, enum_count, enum_max;
    struct arena *arena;
    uint32_t text_max, items_max; /* what no text or list exceeds, for estimates; 0: unknown */
};

/* Knows the `roots` and every message and enum that they reach. The arena must outlive it; the
 * struct must not be moved. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status cel_generated_init(struct cel_generated *generated, struct arena *arena,
                                          const ProtobufCMessageDescriptor *const *roots,
                                          size_t root_count);

/* A message as binding: its value is what it stands for when it is of a well-known type. */
static inline struct cel_value cel_generated_value(const ProtobufCMessage *message)
{
    return cel_message(message);
}

/* Inside: what a message stands for, if its type is well-known (*known); and the other way. */
bool cel_known_read(const struct cel_generated *generated, struct cel_run *run,
                    const ProtobufCMessage *message, bool *known, struct cel_value *result);
bool cel_known_make(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                    struct cel_value value, ProtobufCMessage **message);
/* Inside: what an absent message of that type reads as; *known false: an empty message. */
struct cel_value cel_known_absent(const ProtobufCMessageDescriptor *type, bool *known);
/* Inside: the scalar that a field's C value holds, and the other way. */
struct cel_value cel_scalar_read(const ProtobufCFieldDescriptor *field, const void *at);
bool cel_scalar_write(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                      struct cel_value value, void *at);

#endif
