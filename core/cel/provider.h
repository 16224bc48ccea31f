/* The port to protobuf messages: the language knows no protobuf library. Back ends: protobuf-c
 * (generated code) and dynamic (descriptor sets at run time).
 *
 * A message is a `const void *` that starts with whatever its provider needs to know its type.
 * Values cross the port as the language wants them: a Timestamp field gives CEL_TIMESTAMP, a
 * wrapper gives null or the value, Struct a map, Any the unpacked message, an enum an int.
 * `self` is shared by threads and never changes once programs use it. */
#ifndef CORE_CEL_PROVIDER_H
#define CORE_CEL_PROVIDER_H

#include "core/cel/run.h"

struct cel_message_type; /* the provider's own */

/* How a field lies in memory, for reading it without a call. Only fields whose zero bytes are the
 * default value; a NULL message on the way reads as all defaults. */
enum cel_direct {
    CEL_DIRECT_NONE, /* ask get */
    CEL_DIRECT_BOOL, /* int: protobuf_c_boolean */
    CEL_DIRECT_INT32,
    CEL_DIRECT_INT64,
    CEL_DIRECT_UINT32,
    CEL_DIRECT_UINT64,
    CEL_DIRECT_FLOAT,
    CEL_DIRECT_DOUBLE,
    CEL_DIRECT_CSTRING, /* const char *, NUL-terminated; NULL is "" */
    CEL_DIRECT_MESSAGE, /* const void *; NULL is the default instance */
};

struct cel_field {
    struct str name;
    const struct cel_type *type; /* of what get gives */
    const void *handle;          /* the provider's own description */
    enum cel_direct direct;
    uint32_t offset; /* bytes from the message, when direct */
    /* For the estimate; 0: unknown. */
    uint32_t size_max; /* bytes of a string, items of a list or map */
    uint32_t item_max; /* bytes of each item */
    uint32_t data_max; /* bytes of a Struct, Value, ListValue or Any as packed, with all in it */
};

struct cel_provider {
    void *self;
    /* The message type with that full name; NULL if there is none. */
    const struct cel_message_type *(*find_message)(void *self, struct str full_name);
    /* The number of an enum value, "pkg.Enum.VALUE". */
    bool (*find_enum_value)(void *self, struct str full_name, int64_t *number);
    /* The field of that name; for proto2 extensions the full name of the extension. Types that must
     * be made are made in the arena. False: there is none, or, with a handle set, the arena is full
     * (so `field` comes zeroed). */
    bool (*find_field)(void *self, const struct cel_message_type *type, struct str name,
                       struct arena *arena, struct cel_field *field);
    /* The i-th field's name, for suggestions; an empty slice after the last. */
    struct str (*field_name)(void *self, const struct cel_message_type *type, uint32_t i);
    struct str (*type_name)(void *self, const struct cel_message_type *type);
    const struct cel_message_type *(*type_of)(void *self, const void *message);

    bool (*get)(void *self, struct cel_run *run, const void *message, const struct cel_field *field,
                struct cel_value *result);
    /* has(message.field): set for fields with presence, not the default value for others. */
    bool (*has)(void *self, const void *message, const struct cel_field *field);
    /* An empty message to set fields of, in the run's arena. */
    bool (*make)(void *self, struct cel_run *run, const struct cel_message_type *type,
                 void **message);
    /* Converts as the spec says (null unsets messages and wrappers, ranges are checked). */
    bool (*set)(void *self, struct cel_run *run, void *message, const struct cel_field *field,
                struct cel_value value);
    /* The value of a message that is complete or came from outside: well-known types become what
     * they stand for, others CEL_MESSAGE. */
    bool (*adapt)(void *self, struct cel_run *run, const void *message, struct cel_value *result);
    bool (*equal)(void *self, struct cel_run *run, const void *a, const void *b, bool *equal);
};

#endif
