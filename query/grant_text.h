/* The sides of a grant as people write them: what it is on (`org`, `asset:ID`, `asset-type:T` ...)
 * and whose it is (`subject:ID`, `role:ID`, `group:ID`); each ID can be name:X. */
#ifndef QUERY_GRANT_TEXT_H
#define QUERY_GRANT_TEXT_H

#include "core/model/list.h"
#include "query/snapshot.h"

/* Lie in the arena. A grantee's role types stand behind it: "group:red as lead, member". */
MUST_USE struct status grant_text_on(struct arena *arena, const Agency__V1__GrantObject *on,
                                     struct str *text);
MUST_USE struct status grant_text_grantee(struct arena *arena, const Agency__V1__Grantee *grantee,
                                          struct str *text);

/* Makes of on=TEXT and grantee=TEXT filters of the fields in them (2 at most); of all else the
 * filter itself. INVALID_ARGUMENT: no such object or grantee. NOT_FOUND: nothing has that name. */
MUST_USE struct status grant_text_filters(struct snapshot *snapshot, enum entity_kind kind,
                                          const struct list_filter *asked,
                                          struct list_filter filters[2], size_t *count);

#endif
