/* For how long a command that comes again is known to be a repeat: for ever, or as long as the
 * configuration of the deciders says. What is older is refused by the time at which it says that it
 * was issued, before anybody looks for its answer; so all answer alike, whether a store still has
 * the row or not, and rows may go whenever it suits. */
#ifndef CORE_MODEL_REPEATS_H
#define CORE_MODEL_REPEATS_H

#include <stdatomic.h>

#include "agency/v1/command.pb-c.h"
#include "core/base/status.h"
#include "core/base/str.h"

struct repeats {
    int64_t known_us;     /* after it was issued; 0: for ever */
    int64_t forgotten_us; /* what was issued by then was forgotten by earlier configurations; 0:
                             nothing was */
};

/* What a packed DecidingConfiguration says of it, after what was forgotten before. */
struct repeats repeats_of(struct str configuration, int64_t forgotten_us);
/* What was issued by which time is forgotten now; 0: nothing. */
int64_t repeats_forgotten_at(const struct repeats *repeats, int64_t now_us);

/* That it can be told whether a command is a repeat. INVALID_ARGUMENT: it does not say when it was
 * issued, or says a time to come. FAILED_PRECONDITION: it was issued too long ago. */
MUST_USE struct status repeats_check(const struct repeats *repeats,
                                     const Agency__V1__Command *command, int64_t now_us);

/* Up to which time of recording the rows of answers are of no use. Written by whoever folds, read
 * by threads of the store. */
struct repeats_floor {
    _Atomic int64_t recorded_us;
};

/* Nothing is asked for that was recorded long enough before what is forgotten. */
void repeats_floor_rise(struct repeats_floor *floor, int64_t forgotten_us);
/* Whether an appended row is such an answer; `self` is a repeats_floor (store_forgets). */
bool repeats_forget(void *self, struct str key, struct str value);

#endif
