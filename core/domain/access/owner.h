/* An org always keeps an owner. */
#ifndef CORE_DOMAIN_ACCESS_OWNER_H
#define CORE_DOMAIN_ACCESS_OWNER_H

#include "core/domain/kernel/decision.h"

/* Rejects with FAILED_PRECONDITION a decision after which the org would have no ACTIVE subject with
 * a credential and an assignment, both without expiry, to an `owner` seat outside all groups.
 * Called after a command's decide; looks only where an emitted event can have broken it. */
MUST_USE struct status owner_check(struct decide *d);

#endif
