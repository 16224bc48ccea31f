/* Who holds what: seats, the seats of a type, the seats of a group. The other way round from
 * grantees.h. */
#ifndef CORE_DOMAIN_CHECK_HOLDERS_H
#define CORE_DOMAIN_CHECK_HOLDERS_H

#include "core/domain/kernel/lookup.h"

struct holder {
    struct str subject_id;
    const Agency__V1__Assignment *assignment;
    struct str group_id; /* for members: the group of the seat; else empty */
};

/* Starts as { .lookup = lookup }; the list lies in the look-up's arena. */
struct holders {
    struct lookup *lookup;
    struct holder *items;
    size_t count;
    size_t cap;
};

/* Each adds the unexpired assignments to a seat; to the seats of a type in one job space (empty:
 * outside all); to the seats of a type in a group. */
MUST_USE struct status holders_add_role(struct holders *holders, struct str role_id);
MUST_USE struct status holders_add_scope(struct holders *holders, struct str role_type,
                                         struct str job_space_id);
MUST_USE struct status holders_add_group_type(struct holders *holders, struct str group_id,
                                              struct str role_type);
/* Adds the members of a group, whatever its status: the holders of seats whose type has
 * membership, in the group itself and in the ACTIVE groups that it includes. */
MUST_USE struct status holders_add_members(struct holders *holders, struct str group_id);

/* The holders of a seat (ENTITY_ROLE), of a role type, or the members of a group, as of at_us: in
 * byte order of subject and seat, one for each assignment and group. The list lies in the arena.
 * NOT_FOUND if there never was such an entity; INVALID_ARGUMENT for other kinds; RESOURCE_EXHAUSTED
 * over LIST_LOOKUPS_MAX. */
MUST_USE struct status holders_list(const struct view *view, struct arena *arena, int64_t at_us,
                                    enum entity_kind kind, struct str id, struct holder **items,
                                    size_t *items_count);
/* The same within a budget of look-ups. */
MUST_USE struct status holders_find(struct lookup *lookup, enum entity_kind kind, struct str id,
                                    struct holder **items, size_t *items_count);
/* The same as holders_list of the seats of a type in a group: whom a grant to the group with this
 * role type counts, so with or without membership, and in the group itself only. */
MUST_USE struct status holders_list_group_type(const struct view *view, struct arena *arena,
                                               int64_t at_us, struct str group_id,
                                               struct str role_type, struct holder **items,
                                               size_t *items_count);

#endif
