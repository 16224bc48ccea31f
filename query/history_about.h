/* What an entity went through with what hangs on it: the seats of a group, who was given them, the
 * grants on it and to it. Newest first, up to the snapshot's moment. */
#ifndef QUERY_HISTORY_ABOUT_H
#define QUERY_HISTORY_ABOUT_H

#include "query/history.h"

/* INVALID_ARGUMENT: nothing hangs on what is of this kind; on a subject only where `subjects`. */
MUST_USE struct status history_about_check(enum entity_kind kind, bool subjects);
/* Leaves the decisions in the list that were about an entity of such a kind, or what hangs on it.
 */
MUST_USE struct status history_about_keep(struct snapshot *snapshot, enum entity_kind kind,
                                          struct str id, struct history_list *list);

/* What is asked about, and when. */
struct history_about {
    const struct snapshot *snapshot;
    struct arena *arena;
    enum entity_kind kind;
    struct str id;
    uint64_t org_sequence; /* of the state, or of the decision that made it */
};
/* Whether a version of an entity is what is asked about, or hangs on it. */
MUST_USE struct status history_about_entity(const struct history_about *about,
                                            const Agency__V1__EntityRef *ref,
                                            const ProtobufCMessage *entity, bool *is);

#endif
