/* What happened: the versions of an entity, the decisions of an org, those by or about a subject.
 */
#ifndef CORE_MODEL_HISTORY_H
#define CORE_MODEL_HISTORY_H

#include "agency/v1/decision.pb-c.h"
#include "core/domain/registry/registry.h"
#include "core/model/mark.h"
#include "core/store/store.h"

/* A version of an entity and the decision that made it. */
struct history_version {
    uint64_t since; /* the decision's org_sequence */
    uint64_t until; /* the next version's; STORE_LATEST: it still stands */
    const ProtobufCMessage *entity;
    const Agency__V1__DecisionRow *decision;
};

/* All that is given lies in the arena; each list is newest first, holds what is below `before`
 * (STORE_LATEST: all), and at most `limit` items. */

/* The versions of an entity; none for one that never was. */
MUST_USE struct status history_entity(struct store_reader *reader, struct arena *arena,
                                      struct str org_id, enum entity_kind kind, struct str id,
                                      uint64_t before, size_t limit,
                                      struct history_version **versions, size_t *count);
/* The org's decisions with events. */
MUST_USE struct status history_decisions(struct store_reader *reader, struct arena *arena,
                                         struct str org_id, uint64_t before, size_t limit,
                                         const Agency__V1__DecisionRow ***rows, size_t *count);
/* Those by a subject, on its behalf, or that changed it or what it holds. */
MUST_USE struct status history_subject(struct store_reader *reader, struct arena *arena,
                                       struct str org_id, struct str subject_id, uint64_t before,
                                       size_t limit, const Agency__V1__DecisionRow ***rows,
                                       size_t *count);
/* Those that a mark finds. */
MUST_USE struct status history_marked(struct store_reader *reader, struct arena *arena,
                                      struct str org_id, const struct mark *mark, uint64_t before,
                                      size_t limit, const Agency__V1__DecisionRow ***rows,
                                      size_t *count);
/* One decision; DATA_LOSS if there is none, for its number stands in a row or was checked. */
MUST_USE struct status history_decision(struct store_reader *reader, struct arena *arena,
                                        struct str org_id, uint64_t org_sequence,
                                        const Agency__V1__DecisionRow **row);

#endif
