/* Permissions and what implies them; which names are built in. */
#ifndef CORE_DOMAIN_CHECK_IMPLIED_H
#define CORE_DOMAIN_CHECK_IMPLIED_H

#include "core/domain/kernel/lookup.h"

/* Permissions that imply one, itself included and `*` not: decide refuses definitions that would
 * exceed it. */
enum { IMPLIED_MAX = 16 };

struct implied {
    struct str items[IMPLIED_MAX + 1]; /* the one asked about first, `*` last */
    size_t count;
    bool known; /* it is defined or built in */
};

/* The name of a command: built in, needs no definition. */
bool permission_is_command(struct str name);

/* `*`, `delegate`, `import`, `act_as`, `late`, `Read`: built in, not definable, but grantable. */
bool permission_is_reserved(struct str name);

/* The permission and all that imply it. Names are borrowed from it and from the view.
 * RESOURCE_EXHAUSTED for more than IMPLIED_MAX. */
MUST_USE struct status implied_of(struct lookup *lookup, struct str permission,
                                  struct implied *implied);

bool implied_contain(const struct implied *implied, struct str permission);

/* NOT_FOUND: the permission that was asked about is not defined. */
MUST_USE struct status implied_known(const struct implied *implied);

#endif
