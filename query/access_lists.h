/* What somebody may do and where, who may do something, who holds what: in pages. What is named
 * wrongly is an error that says so, never an empty answer. Answers lie in the snapshot's arena. */
#ifndef QUERY_ACCESS_LISTS_H
#define QUERY_ACCESS_LISTS_H

#include "core/domain/check/holders.h"
#include "query/page.h"

/* What a subject has. */
struct access_held_page {
    Agency__V1__HeldItem *items;
    size_t count;
    Agency__V1__HeldItem **conditional; /* what it has under a condition */
    size_t conditional_count;
    /* Objects on which it may under conditions that the context does not decide. */
    Agency__V1__ConditionalItem **under_conditions;
    size_t under_conditions_count;
    struct page_end end;
};

/* What a subject may do, as granted, where no permission is given (its data is NULL); else the
 * objects on which it has that one in a context (NULL: none). */
MUST_USE struct status access_held(struct snapshot *snapshot, struct str subject,
                                   struct str permission, const Google__Protobuf__Struct *context,
                                   const struct page_ask *ask, struct access_held_page *page);

struct access_subjects_page {
    const Agency__V1__Subject **items;
    size_t count;
    Agency__V1__ConditionalItem **conditional; /* those of whom the context does not tell */
    size_t conditional_count;
    struct page_end end;
};

/* The subjects that may do something on an object in a context (NULL: none), by their ids. */
MUST_USE struct status access_subjects(struct snapshot *snapshot, struct str permission,
                                       struct str object, const Google__Protobuf__Struct *context,
                                       const struct page_ask *ask,
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
