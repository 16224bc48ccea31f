/* The fold of a partition: decisions in, the state of its orgs on top of a store out, and the
 * changes that bring the store up to it. The same code serves the decider (which decides on it and
 * folds what it has decided), projectors, rebuilds and verifiers.
 *
 *   scratch   one decision, while it is made or applied
 *   active    decided, not yet handed to the store
 *   frozen    being written to the store
 *   store     as of its last write
 *
 * One thread; between fold_freeze and fold_thaw another thread may read fold->frozen_changes. */
#ifndef CORE_MODEL_FOLD_H
#define CORE_MODEL_FOLD_H

#include "core/domain/kernel/decision.h"
#include "core/model/changes.h"
#include "core/model/check_cache.h"

/* Of the code that makes rows from decisions: a store of another one is rebuilt, and roots compare
 * only within one. */
enum { FOLD_VERSION = 8 };

struct fold {
    struct changes frozen_changes;
    struct changes active_changes;
    struct layer scratch;
    struct check_cache check_cache; /* about the state without scratch */
};

/* An empty fold on a store's source (source_empty() for none); borrows it. The fold must not be
 * moved. */
void fold_init(struct fold *fold, const struct source *store);
void fold_release(struct fold *fold);

/* The org's head; `head` is fresh where the org has no decision yet. Lies in the arena. */
MUST_USE struct status fold_head(const struct fold *fold, struct arena *arena, struct str org_id,
                                 Agency__V1__OrgHead **head);
/* The answer that a command got before, or NULL. Lies in the arena. */
MUST_USE struct status fold_answer(const struct fold *fold, struct arena *arena, struct str org_id,
                                   struct str principal, struct str command_id,
                                   Agency__V1__AnswerRow **answer);

/* What a decider must know of an org. */
struct org_head fold_org_head(const Agency__V1__OrgHead *head);

/* Whose command a decision answered (decision_principal): an operator, or the identity of the
 * credential, which the state has. Lies in the arena. */
MUST_USE struct status fold_principal(const struct fold *fold, struct arena *arena,
                                      const Agency__V1__Decision *decision, struct str *text);

/* Where a record lies; and what of its decision is known already. */
struct fold_place {
    uint64_t sequence;         /* among the partition's accepted records */
    struct str body;           /* of the record */
    struct str principal;      /* whose command it was (decision_principal); empty: not known */
    Agency__V1__OrgHead *head; /* as fold_head gave it before the decision, to be changed; NULL: not
                                  known */
};

/* Applies an accepted decision that was read from the log. DATA_LOSS if it does not continue its
 * org or an event cannot be applied: the partition stops, the fold is as before. */
MUST_USE struct status fold_apply(struct fold *fold, struct arena *arena,
                                  const Agency__V1__Decision *decision,
                                  const struct fold_place *place);
/* Keeps a decision whose events are in the scratch already: adds its rows, and its
 * changes to the active ones. */
MUST_USE struct status fold_keep(struct fold *fold, struct arena *arena,
                                 const Agency__V1__Decision *decision,
                                 const struct fold_place *place);
/* Forgets the scratch. */
void fold_discard(struct fold *fold);

/* Freezes the active changes; new ones begin. Nothing may be frozen. */
void fold_freeze(struct fold *fold);
/* The store has the frozen changes, and its source shows them. */
void fold_thaw(struct fold *fold);

#endif
