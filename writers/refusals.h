/* How many refusals of one principal are recorded: whoever is bound in an org but may do nothing
 * there could otherwise fill a log that is kept for ever. Pure: time comes in. */
#ifndef WRITERS_REFUSALS_H
#define WRITERS_REFUSALS_H

#include "core/base/arena.h"

/* Principals that are told apart at a time. Of more, two may share what one may have, so that the
 * memory is bounded. */
enum { REFUSALS_PRINCIPALS = 4096 };

struct refusals {
    uint32_t per_minute; /* that are recorded of one principal, at once or one after the other; 0:
                            all */
    int64_t *paid_us;    /* by principal: when all its refusals are forgotten */
};

/* Lies in the arena. RESOURCE_EXHAUSTED: it is full. */
MUST_USE struct status refusals_init(struct refusals *refusals, struct arena *arena,
                                     uint32_t per_minute);

/* Whether one more refusal of a principal of an org could be recorded now. */
bool refusals_have_room(const struct refusals *refusals, struct str org_id, struct str principal,
                        int64_t now_us);
/* Counts one that is recorded. */
void refusals_add(struct refusals *refusals, struct str org_id, struct str principal,
                  int64_t now_us);

#endif
