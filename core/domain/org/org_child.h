/* Other orgs that this one names. */
#ifndef CORE_DOMAIN_ORG_ORG_CHILD_H
#define CORE_DOMAIN_ORG_ORG_CHILD_H

#include "core/domain/kernel/decision.h"

/* Rejects with INVALID_ARGUMENT unless it is the id of another org; whether there is such an org is
 * not known here. */
MUST_USE struct status org_child_check_other(struct decide *d, const char *field,
                                             const char *org_id);

#endif
