/* What was decided: in an org, about an entity, by and about a subject; newest first, up to the
 * snapshot's moment. */
#ifndef QUERY_HISTORY_H
#define QUERY_HISTORY_H

#include "query/history_pick.h"
#include "query/page.h"

struct history_question {
    bool of_entity; /* else of the org */
    enum entity_kind kind;
    struct str text; /* its id or name:X */
    bool about;      /* with the seats, assignments and grants that hang on it: of a group, asset,
                        job space or role; looks at every decision of the org */
    struct history_pick pick;
};

/* Decisions; they lie in the snapshot's arena. */
struct history_list {
    const Agency__V1__DecisionRow **rows;
    size_t count;
    struct page_end end;
};

/* A page of a history; of a subject also what it decided. A page for which many decisions are
 * looked at and few are wanted is cut. INVALID_ARGUMENT: the id is empty, the kind has nothing
 * about it, or as page.h has it. NOT_FOUND: there never was such an entity. */
MUST_USE struct status history_page(struct snapshot *snapshot,
                                    const struct history_question *question,
                                    const struct page_ask *ask, struct history_list *list);

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
