/* A walk through the decisions of an org in a store, with the state before and after each: what one
 * changed is read, all else is kept from decision to decision. One thread. */
#ifndef CORE_MODEL_ORG_WALK_H
#define CORE_MODEL_ORG_WALK_H

#include "core/domain/feed/access_feed.h"
#include "core/model/layer.h"
#include "core/model/stored.h"

struct org_walk {
    struct store_reader *reader; /* borrowed */
    struct str org_id;           /* likewise */
    size_t memory_max;
    bool begun;
    struct stored base;    /* as of where it began */
    struct layer passed;   /* what the decisions since have changed */
    struct layer scratch;  /* what the one at hand has */
    struct arena arena;    /* of that */
    uint64_t org_sequence; /* of the one at hand; before the first step where it begins */
    size_t passed_count;
    /* Of the decision at hand, valid until the next step. */
    const Agency__V1__DecisionRow *decision;
    struct access_change *changes;
    size_t changes_count; /* one for each of decision->changed */
    struct org_view before, after;
};

/* Begins behind a decision (0: before the first). `reader` and `org_id` are borrowed; decoded
 * entities take at most `memory_max` bytes. Must not be moved. */
void org_walk_init(struct org_walk *walk, struct store_reader *reader, struct str org_id,
                   uint64_t behind, size_t memory_max);
/* A zeroed one is fine. */
void org_walk_release(struct org_walk *walk);

/* Goes on with a later reader of the same store. */
void org_walk_renew(struct org_walk *walk, struct store_reader *reader);
/* Goes to the next decision; there must be one. */
MUST_USE struct status org_walk_step(struct org_walk *walk);

/* Who gained or lost what by the decision at hand; all of it lies in the arena or is borrowed until
 * the next step. */
MUST_USE struct status org_walk_access(const struct org_walk *walk, struct arena *arena,
                                       struct access_feed *feed);

#endif
