/* The well-known types of a schema. */
#ifndef CORE_CEL_SCHEMA_KNOWN_H
#define CORE_CEL_SCHEMA_KNOWN_H

#include "core/cel/schema.h"

/* What the message of that full name stands for. */
enum cel_known cel_schema_known(struct str name);
/* INVALID_ARGUMENT when a well-known type or a map's entry lacks the fields that it is to have:
 * other code takes them for given. */
MUST_USE struct status cel_schema_known_check(const struct cel_message_type *type);

#endif
