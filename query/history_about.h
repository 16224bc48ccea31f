/* What an entity went through with what hangs on it: the seats of a group, who was given them, the
 * grants on it and to it. Newest first, up to the snapshot's moment. */
#ifndef QUERY_HISTORY_ABOUT_H
#define QUERY_HISTORY_ABOUT_H

#include "query/history.h"

/* Of a group, asset, job space or role, by its id or name:X. Looks at every decision of the org.
 * INVALID_ARGUMENT: of another kind, or the id is empty. NOT_FOUND: there never was one. */
MUST_USE struct status history_list_about(struct snapshot *snapshot, enum entity_kind kind,
                                          struct str text, struct history_list *list);

#endif
