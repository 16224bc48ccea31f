/* Orgs with a past, of which any moment can be asked: random ones, in which what confers access is
 * made, changed and ended by each command that there is for it; and the imported example. */
#ifndef TESTS_LIB_FEED_ORG_H
#define TESTS_LIB_FEED_ORG_H

#include "query/snapshot.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/random.h"

struct feed_org {
    struct partition_kit log;
    struct partition *partition; /* that has all of it */
    struct arena arena;          /* of answers; reset by feed_org_at */
    const char *id;
    uint64_t last; /* org_sequence */
    unsigned seed;
};

/* A random org of so many commands, most of which change something. */
void feed_org_open_random(struct feed_org *org, unsigned seed, unsigned commands);
/* The rust-team example (examples/rust-team). */
void feed_org_open_rust(struct feed_org *org);
void feed_org_close(struct feed_org *org);

/* The org as of a decision, in org->arena; to be released by snapshot_release. */
void feed_org_at(struct feed_org *org, uint64_t org_sequence, struct snapshot *snapshot);

#endif
