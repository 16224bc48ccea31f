/* Random orgs for questions about access: few entities that meet each other, long chains in every
 * second one, conditions in most. */
#ifndef TESTS_LIB_ACCESS_SCENE_H
#define TESTS_LIB_ACCESS_SCENE_H

#include "tests/lib/org_world.h"
#include "tests/lib/plain_condition.h"

/* No more different conditions than one Check evaluates. */
enum { SUBJECTS = 10, GROUPS = 10, SEATS = 14, ASSETS = 4, WORLDS = 60, GRANTS = 22 };
enum { CONDITIONS = 6, CONTEXTS = 4 };

struct scene {
    struct org_world world;
    struct random_state random;
    unsigned seed;
    bool deep; /* long chains */
    struct plain_condition conditions[CONDITIONS];
    Google__Protobuf__Struct *contexts[CONTEXTS];
    unsigned allowed, denied, evaluated, missing;
};

/* Made from a seed; it must not be moved. What is in it: subjects s0 ..., groups g0 ..., assets a0
 * ..., seats r0 ..., the job space js; the contexts {}, {a: 1}, {a: 2, b: true}, {b: "x"}. */
void scene_init(struct scene *scene, unsigned seed);
void scene_release(struct scene *scene);
/* One of 0 .. below - 1. */
unsigned scene_roll(struct scene *scene, unsigned below);

#endif
