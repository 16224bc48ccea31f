/* The subjects that something reaches in one state, and those that inherit from them: all who may
 * have what is granted there, and some more. Lists lie in the look-up's arena, in order, each once.
 * RESOURCE_EXHAUSTED over its budget. */
#ifndef CORE_DOMAIN_FEED_ACCESS_BELOW_H
#define CORE_DOMAIN_FEED_ACCESS_BELOW_H

#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/lookup.h"

/* Adds those that inherit from the ones in the list. */
MUST_USE struct status access_below_all(struct lookup *lookup, struct ids *subjects);
/* One subject. */
MUST_USE struct status access_below_subject(struct lookup *lookup, struct str subject_id,
                                            struct ids *subjects);
/* The members of a group, whatever its status. */
MUST_USE struct status access_below_group(struct lookup *lookup, struct str group_id,
                                          struct ids *subjects);
/* Those that a grant to it reaches. */
MUST_USE struct status access_below_grantee(struct lookup *lookup,
                                            const Agency__V1__Grantee *grantee,
                                            struct ids *subjects);

#endif
