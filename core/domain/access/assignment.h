/* Giving a seat its first holders. */
#ifndef CORE_DOMAIN_ACCESS_ASSIGNMENT_H
#define CORE_DOMAIN_ACCESS_ASSIGNMENT_H

#include "core/domain/kernel/decision.h"

/* Emits RoleAssigned for an active subject and a seat that is just made; the role type's term gives
 * the end. Rejects with FAILED_PRECONDITION when the type allows one holder and there is another,
 * or the seat is full. */
MUST_USE struct status assignment_assign(struct decide *d, const Agency__V1__Role *role,
                                         const char *subject_id);

#endif
