/* The rule for using a permission in a grant or role type. */
#ifndef CORE_DOMAIN_ACCESS_PERMISSION_H
#define CORE_DOMAIN_ACCESS_PERMISSION_H

#include "core/domain/kernel/decision.h"

/* Rejects a new use of a permission: NOT_FOUND if it is not defined, FAILED_PRECONDITION if it is
 * retired. A built-in one passes. */
MUST_USE struct status permission_check_use(struct decide *d, const char *name);

/* The same for each that is not among those in use before. */
MUST_USE struct status permission_check_uses(struct decide *d, char *const *names,
                                             size_t names_count, char *const *before,
                                             size_t before_count);

#endif
