/* Who may have gained or lost what by a change of one entity: by cause, not by looking at all. Each
 * state is asked for itself: whoever lost something had it before by a way on which the changed
 * entity lies, so he is below it and what he lost above it, in the state before; and likewise for
 * what is gained. */
#ifndef CORE_DOMAIN_FEED_ACCESS_CAUSE_H
#define CORE_DOMAIN_FEED_ACCESS_CAUSE_H

#include "core/domain/feed/access_entry.h"
#include "core/domain/kernel/ids.h"

/* A change of an entity by a decision. */
struct access_change {
    enum entity_kind kind;
    struct str id;
    const ProtobufCMessage *before; /* NULL: there was none */
    const ProtobufCMessage *after;
};

/* A subject and what it may have gained or lost. */
struct access_candidate {
    struct str subject_id;
    struct access_entry entry;
};

struct access_candidates {
    struct arena *arena;
    struct access_candidate *items; /* not in order; some may be there twice */
    size_t count;
    size_t cap;
    size_t max; /* no more are collected; as many as there were, `cut` */
    bool cut;   /* these are not all */
};

/* Whether changes of entities of a kind can change what anybody has. */
bool access_cause_is(enum entity_kind kind);

/* Adds the candidates of a change in one of the two states, which the look-up is of.
 * RESOURCE_EXHAUSTED over the look-up's budget.
 */
MUST_USE struct status access_cause_add(struct lookup *lookup, const struct access_change *change,
                                        bool after, struct access_candidates *candidates);

#endif
