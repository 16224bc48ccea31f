/* Random commands that schedules carry. */
#ifndef TESTS_LIB_RANDOM_CARRIED_H
#define TESTS_LIB_RANDOM_CARRIED_H

#include "core/base/arena.h"
#include "google/protobuf/struct.pb-c.h"
#include "tests/lib/random.h"

enum { RANDOM_CARRIED = 3 };

/* Their names. */
const char *random_carried_name(size_t number);
/* One as JSON has it, in the arena; it may be about this subject. */
Google__Protobuf__Struct *random_carried(struct random_state *random, struct arena *arena,
                                         const char *subject_id);

#endif
