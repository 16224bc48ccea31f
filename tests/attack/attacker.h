/* Who attacks: a random org is made by its operator, a subject `mallory` is given random limited
 * grants in it, and then tries whatever commands there are. */
#ifndef TESTS_ATTACK_ATTACKER_H
#define TESTS_ATTACK_ATTACKER_H

#include "tests/attack/story.h"
#include "tests/lib/random_command.h"

struct attacker {
    struct random_state random;
    bool past;   /* the org's history is being imported */
    bool throne; /* it is the owner that is attacked */
    bool pile;   /* who holds more seats than anybody would look at */
    struct story *story;
    const struct stage *stage; /* the org as it is now */
};

#define MALLORY "mallory"
/* The identity that mallory is bound by, a token's. */
#define MALLORY_HASH "7777777777777777777777777777777777777777777777777777777777777777"

/* The same seed, the same attacker. */
void attacker_init(struct attacker *attacker, unsigned long long seed);

/* The first steps, in which the org is made: nothing is judged yet. */
size_t attacker_making(const struct attacker *attacker);
/* Steps of a whole story: those that make the org, and the attack. */
size_t attacker_steps(const struct attacker *attacker);

/* The next step of the story, about the stage's org as it is. Lies in the story's arena. */
struct step attacker_next(struct attacker *attacker, struct story *story,
                          const struct stage *stage);

#endif
