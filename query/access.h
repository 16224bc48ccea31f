/* Who may do what: one question with the way that answers it, many at once, what somebody has and
 * where, and who has it. What is named wrongly is an error that says so, never an empty answer.
 * Answers lie in the snapshot's arena unless another is given. */
#ifndef QUERY_ACCESS_H
#define QUERY_ACCESS_H

#include "core/base/limits.h"
#include "core/domain/check/holders.h"
#include "core/domain/kernel/ids.h"
#include "query/page.h"

/* May a subject (an id or name:X) do something on an object (as object_text.h has it), and by which
 * way. INVALID_ARGUMENT: one of them is empty, or no object. NOT_FOUND: a name that nothing has, or
 * a permission that is not defined. */
MUST_USE struct status access_check(struct snapshot *snapshot, struct str subject,
                                    struct str permission, struct str object,
                                    Agency__V1__CheckResponse **response);
/* Through whom, and who calls. */
enum { ACCESS_ACTORS_MAX = ACTORS_MAX + 1 };

/* Adds to the answer whether subjects (ids or name:X) may act for the one asked about: from who
 * calls on, each for the next one, the last for the subject. What one of them may not, is not
 * allowed: reason ACTORS. INVALID_ARGUMENT: one is there twice, or more than ACCESS_ACTORS_MAX.
 * RESOURCE_EXHAUSTED: together they take more than one question may. */
MUST_USE struct status access_check_actors(struct snapshot *snapshot, const struct str *actors,
                                           size_t actors_count,
                                           Agency__V1__CheckResponse *response);
/* Whether a permission is a command's own and the org waives it for all who are bound in it. */
MUST_USE struct status access_waived(struct snapshot *snapshot, struct str permission,
                                     bool *waived);
/* Which of many subjects may. Takes memory of `arena`, which may be reset afterwards. The same
 * statuses; NOT_FOUND also for what there never was. */
MUST_USE struct status access_check_batch(struct snapshot *snapshot, struct arena *arena,
                                          const Agency__V1__BatchCheckRequest *request,
                                          Agency__V1__BatchCheckResponse *response);

/* What a subject has. */
struct access_held_page {
    Agency__V1__HeldItem *items;
    size_t count;
    struct page_end end;
};

/* What a subject may do, as granted, where no permission is given (its data is NULL); else the
 * objects on which it has that one. */
MUST_USE struct status access_held(struct snapshot *snapshot, struct str subject,
                                   struct str permission, const struct page_ask *ask,
                                   struct access_held_page *page);

struct access_subjects_page {
    const Agency__V1__Subject **items;
    size_t count;
    struct page_end end;
};

/* The subjects that may do something on an object, by their ids. */
MUST_USE struct status access_subjects(struct snapshot *snapshot, struct str permission,
                                       struct str object, const struct page_ask *ask,
                                       struct access_subjects_page *page);

/* Somebody who holds a seat. */
struct access_holder {
    const Agency__V1__Subject *subject;
    const Agency__V1__Assignment *assignment;
};

struct access_holders_page {
    struct access_holder *items;
    size_t count;
    struct page_end end;
};

/* The holders of a seat or of a role type, or the members of a group; of a group with a role type
 * (not empty) the holders of the seats of this type in the group itself, as a grant with role types
 * counts them. */
MUST_USE struct status access_holders(struct snapshot *snapshot, enum entity_kind kind,
                                      struct str text, struct str role_type,
                                      const struct page_ask *ask, struct access_holders_page *page);
/* One of them as a message, with the decision that gave the seat. */
MUST_USE struct status access_holder_item(struct snapshot *snapshot,
                                          const struct access_holder *holder,
                                          Agency__V1__HolderItem *item);

#endif
