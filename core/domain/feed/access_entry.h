/* What the access matrix has of a subject, as it is granted by name: a permission on an object.
 * What that implies and what lies below the object are not entries of their own. */
#ifndef CORE_DOMAIN_FEED_ACCESS_ENTRY_H
#define CORE_DOMAIN_FEED_ACCESS_ENTRY_H

#include "core/domain/check/objects.h"

struct access_entry {
    struct str permission;
    struct object on; /* also an asset type */
    /* What has a condition, which is not looked into: each is an entry of its own, whatever it
     * says. Both are empty: held by what has no condition. */
    struct str grant_id;
    struct str role_type;
};

/* Starts as { .arena = arena }. */
struct access_entries {
    struct arena *arena;
    struct access_entry *items;
    size_t count;
    size_t cap;
};

/* That of a grant. */
struct access_entry access_entry_of(const Agency__V1__Grant *grant);
/* That of a permission of a role type, in a seat of this job space (empty: of none). */
struct access_entry access_entry_of_type(const Agency__V1__RoleType *type, size_t permission,
                                         struct str job_space);
bool access_entry_is_conditional(const struct access_entry *entry);
/* Order: kind and id of the object, permission, grant, role type. */
int access_entry_compare(const struct access_entry *a, const struct access_entry *b);

MUST_USE struct status access_entries_add(struct access_entries *entries,
                                          const struct access_entry *entry);
/* Puts them into order, each once. */
void access_entries_sort(struct access_entries *entries);

#endif
