/* Orgs above and below each other. Each claims one parent at most; a claim counts where the parent
 * has accepted the child (core/domain/org/org_child.c). Neither sees the other's log, so two can
 * claim each other in a circle: that is reported, not refused. */
#ifndef QUERY_ORG_TREE_H
#define QUERY_ORG_TREE_H

#include "query/across.h"

/* Orgs in one tree at most, and levels on the way up. */
enum { ORG_TREE_MAX = 10000 };

struct org_tree_ask {
    struct str root; /* empty: all trees */
    bool above;
    uint32_t depth; /* levels; 0: all */
    bool all;       /* also what only one side says */
};

struct org_tree {
    Agency__V1__OrgTreeItem *items; /* in the answer's arena, as its texts */
    size_t count;
};

/* The orgs of a tree, each before those below it, or, on the way up, above it. What the reader may
 * not read is like what there is not. NOT_FOUND: the root is so. RESOURCE_EXHAUSTED: there are more
 * than ORG_TREE_MAX. */
MUST_USE struct status org_tree(struct across *across, const struct org_tree_ask *ask,
                                struct org_tree *tree);

#endif
