/* Making a random org, by its operator. */
#ifndef TESTS_ATTACK_MAKING_H
#define TESTS_ATTACK_MAKING_H

#include "tests/attack/attacker.h"

/* Mostly what makes things, and half of the time what ties them to each other. */
Agency__V1__Command *making_next(struct attacker *attacker);

/* What a grant is on: mostly what covers other things than what lies below it. */
Agency__V1__GrantObject *making_object(struct attacker *attacker);

/* Puts a seat into groups, often into two, and makes it none of the owners'. */
void making_seat(struct attacker *attacker, Agency__V1__Command *command);

/* The first steps where the owner is attacked: he gets more seats than anybody looks at, or
 * another owner is made whose credential will expire. NULL: nothing more. */
Agency__V1__Command *making_throne(struct attacker *attacker, size_t number, unsigned *times);

#endif
