/* The steps of a Check's answer. */
#ifndef CORE_DOMAIN_CHECK_CHECK_PATH_H
#define CORE_DOMAIN_CHECK_CHECK_PATH_H

#include "core/domain/check/check.h"
#include "core/domain/check/grantees.h"
#include "core/domain/check/way.h"

/* Tells the way from a grant, or from the type of a seat (grant is NULL), over a grantee back to
 * the subject asked about, into an answer without steps. Ids are borrowed or lie in the look-up's
 * arena.
 */
MUST_USE struct status check_path_tell(struct lookup *lookup, const Agency__V1__Grant *grant,
                                       const struct grantee *grantee, struct check_answer *answer);

/* The same of a way that a search found. */
MUST_USE struct status check_path_tell_way(struct lookup *lookup, const struct way *way,
                                           struct check_answer *answer);

#endif
