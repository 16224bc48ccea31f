/* Aiming: what a command is about is chosen among what lies in mallory's hands, wholly or in part,
 * so that most of the attack happens at the border of what he may do. */
#ifndef TESTS_ATTACK_AIM_H
#define TESTS_ATTACK_AIM_H

#include "tests/attack/story.h"
#include "tests/lib/random_command.h"

/* Changes what a command is about; leaves it as it is where nothing lies in the subject's hands.
 * `org` is how it is now; texts are copied to the arena, which is also used for thinking. */
void aim(struct random_state *random, struct arena *arena, const struct plain_org *org,
         char *subject_id, Agency__V1__Command *command);

#endif
