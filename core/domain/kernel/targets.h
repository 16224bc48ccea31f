/* The objects on which a command needs permissions, by the rules that the registry names. A command
 * reaches as far as its effect: what moves, archives or restores a group or asset does so to all
 * below it; a grant on one covers all below it; whatever is put beside something of others (a
 * parent, a group included) is asked there, too, as it can be in their way. */
#ifndef CORE_DOMAIN_KERNEL_TARGETS_H
#define CORE_DOMAIN_KERNEL_TARGETS_H

#include "core/base/limits.h"
#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/object.h"

/* Objects that one command can name: the groups of a seat, or parents; and a scope. */
enum { TARGETS_MAX = LIST_ITEMS_MAX + 2 };

struct targets {
    struct object *items; /* room for TARGETS_MAX */
    size_t count;
    bool any;   /* the permission on one of them is enough */
    bool below; /* it is needed on all that lies below them, too */
};

/* The objects of a rule for d's command; ids are borrowed from the command and the view. Rejects
 * with INVALID_ARGUMENT what names more than LIST_ITEMS_MAX. At the door (core/domain/own.c), as
 * most rules stand beside their kinds. */
MUST_USE struct status targets_of(struct decide *d, enum object_rule rule, struct targets *targets);

/* targets_seat(d, targets): adds the objects of a rule; one function each, beside its kind. */
#define X(upper, snake, ...) \
    MUST_USE struct status targets_##snake(struct decide *d, struct targets *targets);
OBJECT_RULES(X)
#undef X

/* ---- for these functions ---- */

void targets_add(struct targets *targets, struct object object);
/* The same if the id is not empty. */
void targets_add_named(struct targets *targets, enum object_kind kind, struct str id);
/* The job space, or the org where there is none. */
void targets_add_scope(struct targets *targets, struct str job_space_id);
/* The entity that the command's key names. */
void targets_add_self(const struct decide *d, struct targets *targets);

/* A text of the entity that the command carries, or of the command where it only names one, by the
 * field's name; empty where it has no such field. Borrows. */
struct str targets_field(const struct decide *d, const char *name);

#endif
