/* Who may do what: one question with the way that answers it, or many at once. What is named
 * wrongly is an error that says so, never an empty answer. Answers lie in the snapshot's arena
 * unless another is given. */
#ifndef QUERY_ACCESS_H
#define QUERY_ACCESS_H

#include "core/base/limits.h"
#include "query/snapshot.h"

/* Through whom, and who calls. */
enum { ACCESS_ACTORS_MAX = ACTORS_MAX + 1 };

/* A question of Check: subjects as ids or name:X, the object as object_text.h has it. */
struct access_question {
    struct str subject;
    struct str permission;
    struct str object;
    const struct str *actors; /* who acts for the subject, from who calls on */
    size_t actors_count;
    const Google__Protobuf__Struct *context; /* NULL: none */
};

/* May a subject do something on an object, and by which way; and each of those who act for the next
 * one, the last for the subject. What one of them may not, is not allowed: reason ACTORS.
 * INVALID_ARGUMENT: one of them is empty or there twice, more than ACCESS_ACTORS_MAX, no object, a
 * context that is too large. NOT_FOUND: a subject or an object that there never was, or a
 * permission that is not defined. RESOURCE_EXHAUSTED: together they take more than one question
 * may. */
MUST_USE struct status access_check(struct snapshot *snapshot,
                                    const struct access_question *question,
                                    Agency__V1__CheckResponse **response);
/* Whether a permission is a command's own and the org waives it for all who are bound in it. */
MUST_USE struct status access_waived(struct snapshot *snapshot, struct str permission,
                                     bool *waived);
/* Which of many subjects may. Takes memory of `arena`, which may be reset afterwards. The same
 * statuses; NOT_FOUND also for what there never was. */
MUST_USE struct status access_check_batch(struct snapshot *snapshot, struct arena *arena,
                                          const Agency__V1__BatchCheckRequest *request,
                                          Agency__V1__BatchCheckResponse *response);

#endif
