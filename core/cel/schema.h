/* Message types known at run time, from a FileDescriptorSet. Made once, then constant and shared by
 * threads. */
#ifndef CORE_CEL_SCHEMA_H
#define CORE_CEL_SCHEMA_H

#include "core/cel/value.h"

/* As in FieldDescriptorProto.Type. */
enum cel_proto_type {
    CEL_PROTO_DOUBLE = 1,
    CEL_PROTO_FLOAT,
    CEL_PROTO_INT64,
    CEL_PROTO_UINT64,
    CEL_PROTO_INT32,
    CEL_PROTO_FIXED64,
    CEL_PROTO_FIXED32,
    CEL_PROTO_BOOL,
    CEL_PROTO_STRING,
    CEL_PROTO_GROUP,
    CEL_PROTO_MESSAGE,
    CEL_PROTO_BYTES,
    CEL_PROTO_UINT32,
    CEL_PROTO_ENUM,
    CEL_PROTO_SFIXED32,
    CEL_PROTO_SFIXED64,
    CEL_PROTO_SINT32,
    CEL_PROTO_SINT64,
};

/* Messages that stand for a value of the language. */
enum cel_known {
    CEL_KNOWN_NOT,
    CEL_KNOWN_ANY,
    CEL_KNOWN_DURATION,
    CEL_KNOWN_TIMESTAMP,
    CEL_KNOWN_STRUCT,
    CEL_KNOWN_VALUE,
    CEL_KNOWN_LIST,
    CEL_KNOWN_EMPTY,
    CEL_KNOWN_MASK,
    CEL_KNOWN_WRAPPER, /* of its one field, `value` */
};

struct cel_proto_enum_value {
    struct str name; /* full: "pkg.Enum.VALUE" */
    int32_t number;
    const struct cel_proto_enum_value *next;
};

struct cel_proto_field {
    struct str name; /* of an extension the full name */
    uint32_t number;
    enum cel_proto_type type;
    bool repeated;
    bool packed;   /* when written */
    bool presence; /* unset differs from default */
    bool map;      /* repeated entries with key and value */
    bool null;     /* google.protobuf.NullValue */
    int32_t oneof; /* number of the oneof in its message; -1: in none */
    struct str type_name;
    const struct cel_message_type *message;  /* of MESSAGE and GROUP */
    const struct cel_message_type *extended; /* extensions: of what */
    struct str default_text;
    struct cel_value zero; /* the default of a singular scalar */
    struct cel_proto_field *next;
};

struct cel_message_type {
    struct str name; /* full */
    enum cel_known known;
    bool map_entry;
    struct cel_proto_field *fields; /* in the order of declaration */
    struct cel_message_type *next;
};

struct cel_schema {
    struct cel_message_type *messages;
    struct cel_proto_field *extensions;
    const struct cel_proto_enum_value *enum_values;
    const struct cel_message_type **sorted; /* by name */
    uint32_t count;
};

/* Reads a serialized FileDescriptorSet, which must hold all that its files import. Everything is
 * made in the arena; names borrow from `bytes`. INVALID_ARGUMENT names what is wrong. */
MUST_USE struct status cel_schema_load(struct arena *arena, struct str bytes,
                                       struct cel_schema *schema);

const struct cel_message_type *cel_schema_message(const struct cel_schema *schema, struct str name);
/* A field by its name, or an extension of the message by its full name; NULL if there is none. */
const struct cel_proto_field *cel_schema_field(const struct cel_schema *schema,
                                               const struct cel_message_type *type,
                                               struct str name);
/* A field or extension by its number. */
const struct cel_proto_field *cel_schema_number(const struct cel_schema *schema,
                                                const struct cel_message_type *type,
                                                uint32_t number);

#endif
