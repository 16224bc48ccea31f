/* Functions of commands' own. */
#ifndef CORE_DOMAIN_OWN_H
#define CORE_DOMAIN_OWN_H

#include "core/domain/kernel/decision.h"

/* Decides d's command, of which the registry says OWN, by its function. */
MUST_USE struct status decide_own(struct decide *d);

#endif
