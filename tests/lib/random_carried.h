/* Random commands that schedules carry. */
#ifndef TESTS_LIB_RANDOM_CARRIED_H
#define TESTS_LIB_RANDOM_CARRIED_H

#include "core/base/arena.h"
#include "google/protobuf/struct.pb-c.h"
#include "tests/lib/random.h"

/* The name of one of them. */
const char *random_carried_name(struct random_state *random);
/* One as JSON has it, in the arena. */
Google__Protobuf__Struct *random_carried(struct random_state *random, struct arena *arena);

#endif
