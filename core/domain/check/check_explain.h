/* Why a Check denies. */
#ifndef CORE_DOMAIN_CHECK_CHECK_EXPLAIN_H
#define CORE_DOMAIN_CHECK_CHECK_EXPLAIN_H

#include "core/domain/check/check.h"

/* Says in a denial for want of a grant what was nearest: a way of which something has expired, a
 * group is archived, or which is too long; else a grant to somebody else. Left as it is where that
 * takes too many look-ups. */
MUST_USE struct status check_explain(const struct view *view, struct arena *arena, int64_t at_us,
                                     const struct check_question *question,
                                     struct check_answer *answer);

#endif
