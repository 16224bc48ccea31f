/* Who acts, and for whom: the chain C0, C1 ... Cn, S of subjects. C0 is who calls, each of the
 * others is acted for by the one before, S is whose permissions count. */
#ifndef CORE_DOMAIN_ACCESS_ACTING_H
#define CORE_DOMAIN_ACCESS_ACTING_H

#include "core/domain/kernel/decision.h"

/* Sets d->credential_id and d->subject_id (C0) from the principal, d->actors (C1 ... Cn) and
 * d->on_behalf_of (S; empty: C0 acts for itself) from the command, or from whom the principal's
 * token names. Rejects a chain that is none. UNAUTHENTICATED (not to be recorded) if one of the
 * identities is not bound in the org. Not for operators. */
MUST_USE struct status acting_find(struct decide *d);

#endif
