/* Filters of lists as people write them: FIELD=VALUE, or without=FIELD for what has none; of grants
 * also on=OBJECT and grantee=GRANTEE (grant_text.h). */
#ifndef QUERY_FILTER_TEXT_H
#define QUERY_FILTER_TEXT_H

#include "core/model/list.h"
#include "query/snapshot.h"

/* FIELD=VALUE; without=FIELD is FIELD with an empty value. INVALID_ARGUMENT: it is neither. */
MUST_USE struct status filter_text_parse(struct str text, struct list_filter *filter);

/* Adds it to the filters of a request. INVALID_ARGUMENT: it is none, or there are too many.
 * NOT_FOUND: nothing has that name. */
MUST_USE struct status filter_text_add(struct snapshot *snapshot, struct str text,
                                       struct list_request *request);

#endif
