/* The door of the domain: a pure function of a view of the org, a command and its context. */
#ifndef CORE_DOMAIN_DECIDE_H
#define CORE_DOMAIN_DECIDE_H

#include "core/domain/kernel/decision.h"

/* Decides a command whose context is complete; the scratch layer must be empty before, and is to be
 * dropped unless the command is accepted. OK with events, without, or with a rejection; these three
 * are to be recorded. UNIMPLEMENTED for fields and commands that wait for a later part,
 * UNAUTHENTICATED for a principal that is not bound in the org, INVALID_ARGUMENT for a command
 * without payload or ids: not to be recorded. */
MUST_USE struct status decide_command(struct decide *d);

/* Whether a command to an org that takes imports moves its time, and so comes after what is due by
 * d's occurred_at_us: it says its time, may do so, and the time is in order. Decides nothing, and
 * needs no scratch. */
MUST_USE struct status decide_moves_time(struct decide *d, bool *moves);

#endif
