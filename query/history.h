/* What was decided: in an org, about an entity, by and about a subject; newest first, up to the
 * snapshot's moment. */
#ifndef QUERY_HISTORY_H
#define QUERY_HISTORY_H

#include "query/snapshot.h"

/* Decisions; they lie in the snapshot's arena. */
struct history_list {
    const Agency__V1__DecisionRow **rows;
    size_t count;
};

/* Of the org, `limit` at most. */
MUST_USE struct status history_list_org(struct snapshot *snapshot, size_t limit,
                                        struct history_list *list);
/* Of an entity by its id or name:X; of a subject also what it decided. INVALID_ARGUMENT: the id is
 * empty. NOT_FOUND: there never was one. */
MUST_USE struct status history_list_entity(struct snapshot *snapshot, enum entity_kind kind,
                                           struct str text, size_t limit,
                                           struct history_list *list);

/* What a decision made of an entity. */
struct history_change {
    const ProtobufCMessage *before; /* NULL: there was none */
    const ProtobufCMessage *after;
};

/* Of one of the entities that a decision changed; lies in the arena given. */
MUST_USE struct status history_change(const struct snapshot *snapshot, struct arena *arena,
                                      uint64_t org_sequence, const Agency__V1__EntityRef *changed,
                                      struct history_change *change);

#endif
