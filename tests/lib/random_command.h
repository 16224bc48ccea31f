/* Commands made from a seed: every command of the schema, its fields filled by their names and
 * types from small pools, so that commands meet each other's entities. A new command is picked up
 * from its descriptor. */
#ifndef TESTS_LIB_RANDOM_COMMAND_H
#define TESTS_LIB_RANDOM_COMMAND_H

#include "core/base/arena.h"
#include "core/domain/registry.h"

struct random_state {
    uint64_t state; /* the seed; any number */
    unsigned calls; /* of random_command: ids are used up, so the pools move on */
};

/* The next number; all 64 bits are random. */
uint64_t random_next(struct random_state *random);
/* One of 0 .. below - 1. */
unsigned random_below(struct random_state *random, unsigned below);

/* An id of the `count` that are in use now, such as `s17` for a subject. */
char *random_id(struct random_state *random, struct arena *arena, const char *prefix,
                unsigned count);

/* A command of org `acme` in the arena, times around `now_us`. */
Agency__V1__Command *random_command(struct random_state *random, struct arena *arena,
                                    int64_t now_us);

#endif
