/* Who may command (docs/architecture.md, "Deciding"). */
#ifndef CORE_DOMAIN_ACCESS_AUTHORITY_H
#define CORE_DOMAIN_ACCESS_AUTHORITY_H

#include "core/domain/kernel/decision.h"

/* Resolves the principal and checks the permissions that the registry names for the command,
 * `delegate` where it widens, `import` and `act_as`. Sets d->authority, d->subject_id,
 * d->credential_id; rejects with PERMISSION_DENIED. UNAUTHENTICATED (not to be recorded) for a
 * principal that is not bound in the org. */
MUST_USE struct status authority_check(struct decide *d);

/* Says in a question who acts for the one that it is about: those before it in the chain C0, C1 ...
 * Cn, S. The conditions of a command see them, and no context. */
MUST_USE struct status authority_actors(struct decide *d, struct check_question *question);

#endif
