/* What every Check begins with: what denies without a look at any grant, and the objects and
 * permissions that are looked for. */
#ifndef CORE_DOMAIN_CHECK_CHECK_BEGIN_H
#define CORE_DOMAIN_CHECK_CHECK_BEGIN_H

#include "core/domain/check/check.h"
#include "core/domain/check/implied.h"

struct check_begin {
    const Agency__V1__Subject *subject; /* ACTIVE where nothing denies */
    struct objects objects;
    struct implied implied;
    enum check_reason reason; /* CHECK_ALLOWED: nothing denies yet */
    struct str nearest;
};

MUST_USE struct status check_begin(struct lookup *lookup, const struct check_question *question,
                                   struct check_begin *begin);

#endif
