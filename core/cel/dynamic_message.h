/* How a dynamic message lies in memory; private to dynamic*.c. */
#ifndef CORE_CEL_DYNAMIC_MESSAGE_H
#define CORE_CEL_DYNAMIC_MESSAGE_H

#include "core/cel/dynamic.h"

/* A field that is set. Scalars are as the language has them; a message is CEL_MESSAGE with a
 * struct cel_dynamic of the field's own type, also where it stands for a value (Timestamp). */
struct dynamic_slot {
    const struct cel_proto_field *field;
    struct dynamic_slot *next;
    uint32_t count, max;
    struct cel_value *items; /* one; a list; a map's keys and values in turn */
};

struct cel_dynamic {
    const struct cel_message_type *type;
    struct dynamic_slot *slots; /* by number; none for a default that cannot be told from unset */
    struct str unknown;         /* fields that the type does not have, as they were read */
};

bool dynamic_new(struct cel_run *run, const struct cel_message_type *type,
                 struct cel_dynamic **message);
/* The field's slot; NULL when it is not set. */
const struct dynamic_slot *dynamic_find(const struct cel_dynamic *message,
                                        const struct cel_proto_field *field);
/* Sets a singular field. */
bool dynamic_put(struct cel_run *run, struct cel_dynamic *message,
                 const struct cel_proto_field *field, struct cel_value raw);
/* Adds an item to a repeated field, or a key or value to a map. */
bool dynamic_add(struct cel_run *run, struct cel_dynamic *message,
                 const struct cel_proto_field *field, struct cel_value raw);
/* Adds or replaces an entry of a map. */
bool dynamic_add_entry(struct cel_run *run, struct cel_dynamic *message,
                       const struct cel_proto_field *field, struct cel_value key,
                       struct cel_value raw);
void dynamic_unset(struct cel_dynamic *message, const struct cel_proto_field *field);

/* The field of a known type by number, which every schema has the same. */
const struct cel_proto_field *dynamic_field(const struct cel_message_type *type, uint32_t number);
/* The value of a singular field by number, or its default. */
struct cel_value dynamic_value(const struct cel_dynamic *message, uint32_t number);

/* Key and value of a map's entries. */
static inline const struct cel_proto_field *dynamic_key_field(const struct cel_proto_field *field)
{
    return dynamic_field(field->message, 1);
}

static inline const struct cel_proto_field *dynamic_value_field(const struct cel_proto_field *field)
{
    return dynamic_field(field->message, 2);
}

static inline const struct cel_dynamic *dynamic_of(struct cel_value raw)
{
    return raw.message;
}

/* What a message stands for; CEL_MESSAGE when for itself. NULL: an unset field of the type. */
bool dynamic_adapt(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_message_type *type, const struct cel_dynamic *message,
                   struct cel_value *result);
/* A field as the language sees it, set or not. */
bool dynamic_adapt_field(const struct cel_schema *schema, struct cel_run *run,
                         const struct cel_dynamic *message, const struct cel_proto_field *field,
                         struct cel_value *result);
/* A value as raw item of the field; *unset: null for a message or wrapper. */
bool dynamic_store(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_proto_field *field, struct cel_value value,
                   struct cel_value *raw, bool *unset);
bool dynamic_equal(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_dynamic *a, const struct cel_dynamic *b, bool *equal);

#endif
