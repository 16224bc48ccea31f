/* What a subject may do, and where. Lists lie in the arena, what they point to is borrowed from the
 * view. NOT_FOUND: there never was such a subject, or the permission is not defined.
 * RESOURCE_EXHAUSTED over LIST_LOOKUPS_MAX or a limit of the walk. */
#ifndef CORE_DOMAIN_CHECK_CHECK_HELD_H
#define CORE_DOMAIN_CHECK_CHECK_HELD_H

#include "core/domain/check/listed.h"

/* A permission that somebody has, and from where. */
struct check_held {
    struct str permission;
    struct object on;
    struct str grant_id;               /* empty: by the type of the seat `role_id` */
    struct str role_id;                /* the seat on the way, if there is one */
    const struct condition *condition; /* under which it holds; NULL: always */
};

/* What a subject has as of at_us, as granted: what it implies and what lies below the object is not
 * listed, nor what is archived or below it. None for one that is not ACTIVE. In order of
 * permission, object and grant or seat. */
MUST_USE struct status check_held_permissions(const struct view *view, struct arena *arena,
                                              int64_t at_us, struct str subject_id,
                                              struct check_held **items, size_t *items_count);

/* The objects on which Check would allow a subject something in a context (NULL: an empty one),
 * what lies below included, and those for which the context does not suffice, in order of kind and
 * id. The org stands for all that is in it, which is not listed again; it is conditional, too,
 * where a condition of what is granted on it depends on what of it is asked about. */
MUST_USE struct status check_held_objects(const struct view *view, struct arena *arena,
                                          int64_t at_us, const struct check_question *question,
                                          struct listed **items, size_t *items_count);

#endif
