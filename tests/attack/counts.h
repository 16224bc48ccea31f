/* What somebody counts as when grants are looked at: itself, whom it inherits from, their seats,
 * the groups of these and those that include them. */
#ifndef TESTS_ATTACK_COUNTS_H
#define TESTS_ATTACK_COUNTS_H

#include "tests/attack/plain_org.h"

enum counts_mark {
    COUNTS = 1,          /* this subject, this seat, a member of this group */
    COUNTS_ANY_TYPE = 2, /* in this group a holder of whatever type */
    COUNTS_REVIVED = 4,  /* whatever its status: it could be restored */
};

/* One byte for each entity of the org. */
struct counts {
    uint8_t *marks;
    uint8_t *steps; /* of the shortest way to what is marked: inheritances, a seat two, a group one,
                       inclusions; nothing that lies farther than a way may be long is marked */
};

/* For an org of so many entities: nothing is marked yet. Lies in the arena. */
struct counts counts_none(const struct plain_org *org, struct arena *arena);
/* Completes marks that are set already: parents, seats, groups, inclusions. */
void counts_complete(const struct plain_org *org, struct counts *counts);
/* What a subject counts as; nothing unless it is ACTIVE. Lies in the arena. */
struct counts counts_of(const struct plain_org *org, struct arena *arena, struct str subject_id);

/* Whether an entity is marked, and is ACTIVE or could be made so. */
bool counts_marked(const struct plain_org *org, const struct counts *counts,
                   const struct plain *item);
/* Whether it holds a seat in the group of one of the types that an entity lists. */
bool counts_holds_type(const struct plain_org *org, const struct counts *counts,
                       const struct plain *group, const struct plain *types);
/* Whether anything is marked: a subject that is not ACTIVE counts as nothing. */
bool counts_anything(const struct plain_org *org, const struct counts *counts);

#endif
