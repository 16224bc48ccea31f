/* A batch and its commands one after another, side by side in one org. */
#ifndef TESTS_LIB_BATCH_TWIN_H
#define TESTS_LIB_BATCH_TWIN_H

#include "tests/lib/org_world.h"

struct batch_twin_answer {
    struct str differs;  /* empty: nothing does, but for versions; lies in the world's arena */
    size_t events_count; /* of the batch; 0 where it was refused */
};

/* Decides the commands, by whoever commands in the world at its time, both ways, and keeps nothing.
 * All else than what they ask for is taken from the first. */
struct batch_twin_answer batch_twin(struct org_world *world,
                                    const Agency__V1__Command *const *commands, size_t count);

#endif
