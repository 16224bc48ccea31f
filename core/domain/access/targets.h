/* The objects on which a command needs permissions. */
#ifndef CORE_DOMAIN_ACCESS_TARGETS_H
#define CORE_DOMAIN_ACCESS_TARGETS_H

#include "core/base/limits.h"
#include "core/domain/check/objects.h"
#include "core/domain/kernel/decision.h"

/* Objects that one command can name: the groups of a seat, or parents; and a scope. */
enum { TARGETS_MAX = LIST_ITEMS_MAX + 2 };

struct targets {
    struct object *items; /* room for TARGETS_MAX */
    size_t count;
    bool any;   /* the permission on one of them is enough */
    bool below; /* it is needed on all that lies below them, too */
};

/* The objects of a rule for d's command; ids are borrowed from the command and the view. Rejects
 * with INVALID_ARGUMENT what names more than LIST_ITEMS_MAX. */
MUST_USE struct status targets_of(struct decide *d, enum object_rule rule, struct targets *targets);

#endif
