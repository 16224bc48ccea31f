/* `check` with less than a whole question: what a subject has, and where. */
#ifndef OPS_CTL_HELD_H
#define OPS_CTL_HELD_H

#include "ops/ctl/reading.h"

/* Tells what a subject has, as granted; with a permission, the objects on which it has that. The
 * subject may be name:X. NOT_FOUND if there is no such subject. */
MUST_USE struct status held_say(struct reading *reading, struct ctl *ctl, const char *subject,
                                const char *permission);

#endif
