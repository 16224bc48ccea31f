/* Judging a command by the constraints that are for it: those that an index finds by the command
 * and by what it touches, each evaluated about the state before it and the entity that it leaves.
 */
#ifndef CORE_DOMAIN_POLICY_CONSTRAINTS_H
#define CORE_DOMAIN_POLICY_CONSTRAINTS_H

#include "core/domain/kernel/decision.h"

/* Those that are for a command. */
struct constraints {
    const Agency__V1__Constraint *items[CONSTRAINTS_MAX]; /* in byte order of their ids */
    size_t count;
    bool more;                      /* there are others */
    const struct view *view;        /* the state before the command */
    const ProtobufCMessage *before; /* the command's entity; NULL: there was none */
};

/* Finds those that are for d's command, before anything is emitted; *constraints lies in the arena,
 * NULL: there are none. */
MUST_USE struct status constraints_find(struct decide *d, struct constraints **constraints);

/* Judges what d's command has emitted. Sets d's results, and the rejection where one denies. */
MUST_USE struct status constraints_judge(struct decide *d, struct constraints *constraints);

#endif
