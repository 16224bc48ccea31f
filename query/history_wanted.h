/* Which decisions a question about a history wants, one by one: as they come. */
#ifndef QUERY_HISTORY_WANTED_H
#define QUERY_HISTORY_WANTED_H

#include "query/history.h"

/* Whether the question, about the entity `id` (which its text names), wants a decision. What it
 * needs meanwhile lies in the snapshot's arena. */
MUST_USE struct status history_wants(struct snapshot *snapshot,
                                     const struct history_question *question, struct str id,
                                     const Agency__V1__DecisionRow *row, bool *wants);

/* Of a request: what it is about, as KIND:ID (empty: the org), and NAME=VALUE of a note (empty:
 * any). INVALID_ARGUMENT. */
MUST_USE struct status history_question_of(const char *entity, bool all, const char *note,
                                           struct history_question *question);

#endif
