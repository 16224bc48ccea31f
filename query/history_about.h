/* What an entity went through with what hangs on it: the seats of a group, who was given them, the
 * grants on it and to it. Newest first, up to the snapshot's moment. */
#ifndef QUERY_HISTORY_ABOUT_H
#define QUERY_HISTORY_ABOUT_H

#include "query/history.h"

/* INVALID_ARGUMENT: nothing hangs on what is of this kind. */
MUST_USE struct status history_about_check(enum entity_kind kind);
/* Leaves the decisions in the list that were about an entity of such a kind, or what hangs on it.
 */
MUST_USE struct status history_about_keep(struct snapshot *snapshot, enum entity_kind kind,
                                          struct str id, struct history_list *list);

#endif
