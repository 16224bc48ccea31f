/* How many rejections of one principal are recorded: whoever is bound in an org but may do nothing
 * there could otherwise fill a log that is kept for ever. Pure: time comes in. */
#ifndef WRITERS_REJECTIONS_H
#define WRITERS_REJECTIONS_H

#include "core/base/arena.h"

/* Principals that are told apart at a time. Of more, two may share what one may have, so that the
 * memory is bounded. */
enum { REJECTIONS_PRINCIPALS = 4096 };

struct rejections {
    uint32_t per_minute; /* that are recorded of one principal, at once or one after the other; 0:
                            all */
    int64_t *paid_us;    /* by principal: when all its rejections are forgotten */
};

/* Lies in the arena. RESOURCE_EXHAUSTED: it is full. */
MUST_USE struct status rejections_init(struct rejections *rejections, struct arena *arena,
                                       uint32_t per_minute);

/* Whether one more rejection of a principal of an org could be recorded now. */
bool rejections_have_room(const struct rejections *rejections, struct str org_id,
                          struct str principal, int64_t now_us);
/* Counts one that is recorded. */
void rejections_add(struct rejections *rejections, struct str org_id, struct str principal,
                    int64_t now_us);

#endif
