/* Who may read: whom a principal is in an org, and whether he has `Read` there. A question may be
 * about any moment; who may ask it is judged by the org as it is now. */
#ifndef CORE_DOMAIN_CHECK_READER_H
#define CORE_DOMAIN_CHECK_READER_H

#include "agency/v1/command.pb-c.h"
#include "core/domain/check/check.h"

/* The permissions. */
#define READER_PERMISSION "Read"
#define READER_OF_PROFILES "ReadProfile"

/* Whether a principal may read an object, or all of the org (object_org): an operator may; so may
 * whose subject is active and has `Read` on it or on what covers it, and where the org's read_mode
 * is MEMBERS every active subject. Who acts for others by his token reads as the last of them, if
 * each has `act_as` on the next and, where the org attenuates, may read himself. PERMISSION_DENIED,
 * the same whether or not there is such an org. Any other failure means that nobody knows: no, too.
 */
MUST_USE struct status reader_may(const struct view *view, struct arena *arena, int64_t at_us,
                                  const Agency__V1__Principal *principal, struct object object);
/* Whether he may see the profile of a subject in clear: as above, but by the permission
 * `ReadProfile`, whatever the read_mode is. Nobody has it on himself unless it was given to him. */
MUST_USE struct status reader_may_see(const struct view *view, struct arena *arena, int64_t at_us,
                                      const Agency__V1__Principal *principal, struct object object);

#endif
