/* What lies in whose hands: which objects stand over an entity, and what a subject may pass on to
 * others because it holds `delegate`. By kinds of entities, never by commands. */
#ifndef TESTS_ATTACK_PLAIN_REACH_H
#define TESTS_ATTACK_PLAIN_REACH_H

#include "tests/attack/plain_access.h"

enum { OVER_MAX = 16 };

/* The objects that stand over an entity: who would change it needs the permission on each. */
struct over {
    struct object objects[OVER_MAX];
    size_t count;
};

/* Over an entity as it is; `made`: over one that is only being made, which is not yet its own
 * object. Of a seat whose groups are partly deleted: over what they protected, which has fallen to
 * what is above them, if `kept`; else only what is left of them. A kind that is not known here ends
 * the program: say in plain_reach.c what stands over it.
 */
void over_read(const struct plain_org *org, const struct plain *item, bool made, bool kept,
               struct over *over);

/* What a subject may pass on. */
struct reach {
    bool delegate[EXTENT_OBJECTS_MAX]; /* on these it may give everything */
    struct access given;               /* what whoever it may put somebody in has */
};

/* `then`: the org in which it is passed on, the same or ahead. */
void reach_read(const struct plain_org *org, const struct plain_org *then,
                const struct extent *extent, struct arena *arena, const struct counts *counts,
                struct reach *reach);

#endif
