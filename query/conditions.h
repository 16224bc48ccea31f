/* Conditions in answers: what a question gives them, and what they came to. */
#ifndef QUERY_CONDITIONS_H
#define QUERY_CONDITIONS_H

#include "core/domain/check/check.h"
#include "core/domain/kernel/ids.h"
#include "query/snapshot.h"

/* INVALID_ARGUMENT: the context (NULL: none) takes more than CONTEXT_SIZE_MAX. */
MUST_USE struct status conditions_context(const Google__Protobuf__Struct *context);
/* The context as bytes that are the same for the same context; they lie in the arena. */
MUST_USE struct status conditions_context_word(struct arena *arena,
                                               const Google__Protobuf__Struct *context,
                                               struct str *word);
/* Adds the fields of the context that an answer's conditions lacked, each once; copies them. */
MUST_USE struct status conditions_add_missing(const struct check_answer *answer,
                                              struct ids *missing);
/* Sorts texts, and puts them into a message. */
MUST_USE struct status conditions_texts(struct arena *arena, struct ids *texts, char ***out,
                                        size_t *out_count);
/* Those that were evaluated for an answer, into its response. */
MUST_USE struct status conditions_respond(struct snapshot *snapshot,
                                          const struct check_answer *answer,
                                          Agency__V1__CheckResponse *response);
/* Takes the values that conditions used out of a response, and what went wrong with them: 'hidden'
 * stands there. */
void conditions_hide(Agency__V1__CheckResponse *response);

#endif
