/* Names that a question must not get wrong: what is misspelt is an error that names the nearest,
 * never an empty answer. */
#ifndef QUERY_KNOWN_H
#define QUERY_KNOWN_H

#include "query/snapshot.h"

/* INVALID_ARGUMENT: the name is empty. NOT_FOUND: no such permission is defined or built in. */
MUST_USE struct status known_permission(struct snapshot *snapshot, struct str permission);
/* The same of a role type. */
MUST_USE struct status known_role_type(struct snapshot *snapshot, struct str role_type);

#endif
