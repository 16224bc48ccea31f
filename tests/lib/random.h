/* Random numbers that a seed repeats. */
#ifndef TESTS_LIB_RANDOM_H
#define TESTS_LIB_RANDOM_H

#include <stdint.h>

struct random_state {
    uint64_t state;    /* the seed; any number */
    unsigned made;     /* ids given out */
    unsigned live_max; /* live entities of a kind above which none are made, so that looking at all
                          of them stays cheap; 0: six */
};

/* Any number: SplitMix64 (public domain, Sebastiano Vigna). */
uint64_t random_next(struct random_state *random);
/* One of 0 .. below - 1. */
unsigned random_below(struct random_state *random, unsigned below);

#endif
