/* Entities as documents: what a plan of them finds to be so already. */
#ifndef QUERY_PLAN_DOCUMENT_TEXT_H
#define QUERY_PLAN_DOCUMENT_TEXT_H

#include "query/snapshot.h"

/* Gives the text of each document of an org to `take`, kind by kind and in the order of ids: of
 * what is alive and can be made by a document. Profiles and personal external ids are left out, as
 * are entities that have ended, retired or closed. Statuses of a list, and of `take`. */
typedef struct status document_take(void *context, struct str text);
MUST_USE struct status document_texts(struct snapshot *snapshot, document_take *take,
                                      void *context);

#endif
