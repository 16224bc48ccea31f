/* The commands that make an entity what a document says. */
#ifndef QUERY_PLAN_COMPOSE_H
#define QUERY_PLAN_COMPOSE_H

#include "core/domain/kernel/view.h"
#include "query/plan/document.h"

/* Starts as { .arena = arena }. */
struct commands {
    struct arena *arena;
    Agency__V1__Command **items; /* bare: a payload and expected_version */
    size_t count;
    size_t cap;
};

/* Adds them; none where it is so already. Of what is not there the one that makes it: what other
 * commands set comes when it is there. `entity` is what there is now, NULL: nothing; the first
 * command expects its version if `expects`. INVALID_ARGUMENT, beginning FILE:LINE: a field cannot
 * be changed. */
MUST_USE struct status compose(struct commands *commands, const struct document *document,
                               const ProtobufCMessage *entity, bool expects);

/* What a named set owns: the document, as it is, or no more, if `entity` of it is NULL. `known` is
 * what is noted now, NULL: nothing. */
MUST_USE struct status compose_owned(struct commands *commands, struct str set_id,
                                     const struct document *document,
                                     const Agency__V1__AppliedDocument *known);

#endif
