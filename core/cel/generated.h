/* The provider of messages whose C code protoc-c generated: reads and makes all that proto3 has but
 * Any of unknown types. Well-known types become what they stand for, map fields maps. */
#ifndef CORE_CEL_GENERATED_H
#define CORE_CEL_GENERATED_H

#include <protobuf-c/protobuf-c.h>

#include "core/cel/provider.h"

/* The most that a field can hold, for estimates; 0: unknown. */
struct cel_field_limit {
    /* Bytes of a text; items of a list or map; bytes of a Struct, Value or ListValue, entries in
     * the order of their keys (as pb_unpack puts them). */
    uint32_t size_max;
    uint32_t item_max; /* bytes of each item */
    bool hidden;       /* no expression can name the field: as if there were none */
};

struct cel_generated {
    struct cel_provider provider;                /* for cel_env; its self is this struct */
    const ProtobufCMessageDescriptor **messages; /* sorted by name */
    const ProtobufCEnumDescriptor **enums;       /* in the order of their finding */
    size_t message_count, message_max, enum_count, enum_max;
    struct arena *arena;
    /* What the schema's owner knows of a field; NULL: nothing. */
    struct cel_field_limit (*limit)(const ProtobufCFieldDescriptor *field);
};

/* Knows the `roots` and every message and enum that they reach, and the well-known types. The arena
 * must outlive it; the struct must not be moved. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status cel_generated_init(struct cel_generated *generated, struct arena *arena,
                                          const ProtobufCMessageDescriptor *const *roots,
                                          size_t root_count);

/* A message as binding; provider.adapt gives what it stands for when its type is well-known. */
static inline struct cel_value cel_generated_value(const ProtobufCMessage *message)
{
    return cel_message(message);
}

/* The message of the type that stands for the value, in the run's arena: a google.protobuf.Value or
 * Any of whatever it can hold. False: run->error says why not. */
bool cel_generated_message(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                           struct cel_value value, ProtobufCMessage **message);

#endif
