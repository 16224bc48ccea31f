/* What the operator gives mallory: a place in the org, and random limited grants. */
#ifndef TESTS_ATTACK_GIFTS_H
#define TESTS_ATTACK_GIFTS_H

#include "tests/attack/attacker.h"

enum {
    GIFTS_JOINT = 13, /* before them: a place in the org, and in a seat of two groups */
    GIFTS = 22,
};
Agency__V1__Command *gift_next(struct attacker *attacker, size_t number);

/* What is needed so that the attack can go on: mallory is bound and ACTIVE, the org is not
 * archived, and now and then there is another gift. NULL: nothing. */
Agency__V1__Command *gift_needed(struct attacker *attacker);

#endif
