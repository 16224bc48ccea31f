/* The most that a field of our schema can hold: what commands are refused above, and what the
 * estimate of a constraint's cost counts on. One rule for both. */
#ifndef CORE_DOMAIN_KERNEL_LIMIT_H
#define CORE_DOMAIN_KERNEL_LIMIT_H

#include "core/cel/generated.h"

/* Bytes of a text, or of free-form data (Struct, Value), by the field's name and type; 0: no limit
 * of its own. */
uint32_t limit_size_max(const ProtobufCFieldDescriptor *field);

/* Whether no expression and no filter can name the field, as what it holds is sealed. */
bool limit_hides(const ProtobufCFieldDescriptor *field);

/* The same with the items of lists: for struct cel_generated. */
struct cel_field_limit limit_of_field(const ProtobufCFieldDescriptor *field);

#endif
