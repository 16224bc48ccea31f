/* What is tried in an org without keeping it: whether its owner can still end what there is, and
 * whether Check answers as the plain lists do. By samples, as there is much to try. */
#ifndef TESTS_ATTACK_PROBE_H
#define TESTS_ATTACK_PROBE_H

#include "tests/attack/judge.h"
#include "tests/lib/org_world.h"

/* `org` is the world as plain lists. `again`: only this is tried; NULL: samples, chosen by `dice`,
 * which is any number, and changed. */
struct verdict probe(struct org_world *world, struct arena *arena, const struct plain_org *org,
                     const struct tried *again, uint64_t *dice);

#endif
