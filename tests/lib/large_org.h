/* An org of 100,000 subjects in a store, whose Checks are the dearest that there are: of objects
 * with very many grants, by subjects with very many seats that have nothing to do with them. */
#ifndef TESTS_LIB_LARGE_ORG_H
#define TESTS_LIB_LARGE_ORG_H

#include "tests/lib/partition_kit.h"

enum {
    LARGE_ORG_SUBJECTS = 100000,
    LARGE_ORG_MEMBERS = 1000, /* s0 ... are in two of the groups and in one that lies below */
    LARGE_ORG_GROUPS = 1000,
    LARGE_ORG_BELOW = 5000,
    LARGE_ORG_PILE = 10000,
};

/* Subjects s0 ...; `one` and `many` are in the same groups as s0, and have each LARGE_ORG_PILE
 * seats besides, in one group or in as many; o0 ... o9 are in three groups that are granted
 * nothing. The permission read is granted on the asset `direct` to all subjects, on `groups` to
 * LARGE_ORG_GROUPS groups, on `below` to one that includes LARGE_ORG_BELOW, at two levels. */
void large_org_make(struct partition_kit *kit);

#endif
