/* Commands made from a seed: every command of the schema, its fields filled by their names and
 * types, mostly with what is there, so that commands meet each other's entities. A new command is
 * picked up from its descriptor. */
#ifndef TESTS_LIB_RANDOM_COMMAND_H
#define TESTS_LIB_RANDOM_COMMAND_H

#include "core/base/arena.h"
#include "core/model/layer.h"
#include "tests/lib/random.h"

/* A random entity of the kind, mostly one that is alive; NULL if there is none. */
const ProtobufCMessage *random_entity(struct random_state *random, const struct layer *state,
                                      enum entity_kind kind);

/* A command of org `acme` in the arena, about the entities of a layer, times around `now_us`. */
Agency__V1__Command *random_command(struct random_state *random, struct arena *arena,
                                    const struct layer *state, int64_t now_us);
/* The same, but the one of this name, such as "GrantPermission"; there must be one. */
Agency__V1__Command *random_command_named(struct random_state *random, struct arena *arena,
                                          const struct layer *state, int64_t now_us,
                                          const char *name);

#endif
