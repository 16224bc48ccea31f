/* Header fields of a request or an answer, in the order in which they came. Names are lower case;
 * memory is that of an arena. */
#ifndef CORE_RPC_HTTP_FIELDS_H
#define CORE_RPC_HTTP_FIELDS_H

#include "core/base/arena.h"

struct http_field {
    struct str name;
    struct str value;
};

struct http_fields {
    struct http_field *items;
    size_t count;
    size_t room;
};

/* Adds a field whose bytes live as long as the arena; false at its cap. */
bool http_fields_add(struct arena *arena, struct http_fields *fields, struct http_field field);
/* The same with copies of both, the name in lower case. */
bool http_fields_copy(struct arena *arena, struct http_fields *fields, struct http_field field);
/* The first value of a name; NULL data when there is none. */
struct str http_fields_get(const struct http_fields *fields, struct str name);

/* "a" for " a ". */
struct str http_trim(struct str value);
/* Takes the next member off a comma-separated list, trimmed; false at its end. */
bool http_next_in_list(struct str *list, struct str *member);
/* The value without what follows a ';', trimmed. */
struct str http_without_parameters(struct str value);
/* Whether both are the same but for the case of letters. */
bool http_same(struct str a, struct str b);

#endif
