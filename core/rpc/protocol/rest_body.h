/* The body of a request under a path: one JSON value, which becomes a part of a larger text. So it
 * must be whole by itself: a brace too many would end what it is put into. */
#ifndef CORE_RPC_PROTOCOL_REST_BODY_H
#define CORE_RPC_PROTOCOL_REST_BODY_H

#include "core/base/arena.h"

/* A member of the object: its name, decoded, and its value's text. */
typedef struct status rest_body_take(void *context, struct str name, struct str value);

/* Each member to `take`; an empty body has none. INVALID_ARGUMENT for what is no object; or as
 * `take` gives. */
MUST_USE struct status rest_body_members(struct arena *arena, struct str body, rest_body_take *take,
                                         void *context);
/* INVALID_ARGUMENT for what is not one JSON value. */
MUST_USE struct status rest_body_value(struct arena *arena, struct str body);
/* Without quotes and escapes, where it is a string; else as it is. */
struct str rest_body_text(struct arena *arena, struct str value);
/* Whether there is nothing but white space. */
bool rest_body_empty(struct str body);

#endif
