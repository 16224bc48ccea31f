/* What orgs of several partitions say of those above and below them, as of one time; read once. */
#ifndef QUERY_ORG_NODES_H
#define QUERY_ORG_NODES_H

#include "core/base/omap.h"
#include "core/domain/kernel/ids.h"
#include "query/across.h"

struct org_node {
    struct str org_id;
    bool seen; /* it was there then, and may be read; else nothing more is known of it */
    struct str name;
    Agency__V1__EntityStatus status;
    struct str claims;   /* as its parent; empty: none */
    struct ids accepted; /* as its children; sorted */
    bool told;           /* by who walks */
};

struct org_nodes {
    struct across *across;
    struct omap by_id; /* id -> struct org_node */
    size_t max;
};

/* `max` of them at most. */
void org_nodes_init(struct org_nodes *nodes, struct across *across, size_t max);
void org_nodes_release(struct org_nodes *nodes);

/* Reads those that are not read yet, partition by partition. RESOURCE_EXHAUSTED: they are too many.
 */
MUST_USE struct status org_nodes_read(struct org_nodes *nodes, const struct ids *ids);
/* Reads all that there are. */
MUST_USE struct status org_nodes_read_all(struct org_nodes *nodes);

/* NULL: it was not read. */
struct org_node *org_nodes_find(const struct org_nodes *nodes, struct str org_id);
/* Whether both say that `child` stands below `parent`; either may be NULL. */
bool org_node_counts(const struct org_node *child, const struct org_node *parent);

#endif
