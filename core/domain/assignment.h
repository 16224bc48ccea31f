/* Giving a seat to a subject, shared by AssignRole and CreateRole. */
#ifndef CORE_DOMAIN_ASSIGNMENT_H
#define CORE_DOMAIN_ASSIGNMENT_H

#include "core/domain/decide.h"

/* Emits RoleAssigned for an active subject that does not hold the seat. Without `expires_at` the
 * role type's term counts. Rejects with FAILED_PRECONDITION when the type allows one holder and
 * there is another, or the seat is full. */
MUST_USE struct status assignment_assign(struct decide *d, const Agency__V1__Role *role,
                                         const char *subject_id,
                                         Google__Protobuf__Timestamp *expires_at);

#endif
