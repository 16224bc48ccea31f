/* How many rejections of one principal are recorded: whoever is bound in an org but may do nothing
 * there could otherwise fill a log that is kept for ever. Time comes in.
 *
 * The counts lie in a small file beside the stores, so that they outlive the process: who calls a
 * tool again and again has one rate, not one each time. Where the file is lost, or another process
 * takes a partition over, they begin anew: then as many more are recorded, once. */
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

/* The counts in the file at `path`, made where there is none; one process. UNAVAILABLE. */
MUST_USE struct status rejections_open(const char *path, int64_t **kept);
/* NULL is fine. */
void rejections_close(int64_t *kept);
/* Goes on with what was kept, until it is closed; NULL: begins anew. */
void rejections_keep(struct rejections *rejections, int64_t *kept);

/* Whether one more rejection of a principal of an org could be recorded now. */
bool rejections_have_room(const struct rejections *rejections, struct str org_id,
                          struct str principal, int64_t now_us);
/* Counts one that is recorded. */
void rejections_add(struct rejections *rejections, struct str org_id, struct str principal,
                    int64_t now_us);

#endif
