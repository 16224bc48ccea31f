/* From the subject up: its seats, the groups of these, the groups that include them, and for each
 * what is granted to it on the objects. However much is granted there to others, and whatever lies
 * below the groups that are granted to: it is not looked at.
 *
 * All ways of t steps are known before any of t + 1. The seats themselves are listed only where
 * some are granted something in a list too long to be read; else its groups, each once, whatever
 * seats it has in them. */
#include "core/domain/check/search.h"

#include <stdlib.h>

#include "core/domain/kernel/ids.h"

/* A group that the subject is in; by a seat, or as it includes another. */
struct up_group {
    struct str id;
    struct str as; /* "": as a member; else as a holder of this role type, in the group itself */
    const struct up_group *below; /* the one it includes; NULL: by a seat */
    const struct kin *kin;
    int64_t seat_us;
    struct str held;
};

struct up_groups {
    struct up_group *items;
    size_t count;
    size_t cap;
};

enum { UP_PAGE = 16, PART_AS = 1, PART_GROUP = 2, PART_SEAT_END = 3 };

struct up {
    struct search *search;
    struct lookup *lookup;
    struct up_groups level; /* members of the stage before */
    struct ids seen;        /* groups that it is a member of, in order */
};

static struct status up_add(struct up *up, struct up_groups *groups, const struct up_group *group)
{
    ARENA_TRY(up->lookup->arena, groups->items,
              arena_grow(up->lookup->arena, groups->items, groups->count, sizeof *groups->items,
                         &groups->cap));
    groups->items[groups->count++] = *group;
    return status_ok();
}

/* ---- ways ---- */

static struct way up_way(const struct up_group *group, const struct granted_row *grant)
{
    struct way way = { .by_grant = true,
                       .id = grant->id,
                       .grant_us = grant->end_us,
                       .kin = group->kin,
                       .seat_us = group->seat_us,
                       .held = group->held,
                       .condition = grant->condition };
    for (const struct up_group *at = group; at != NULL; at = at->below) {
        way.groups[way.groups_count++] = at->id;
    }
    way.steps = group->kin->level + 2 + way.groups_count;
    return way;
}

/* Order of two ways to one group of one stage: groups from the top, then as ways are ordered. */
static int up_compare_ways(const struct up_group *a, const struct up_group *b)
{
    static const struct granted_row none = { 0 };
    const struct way left = up_way(a, &none), right = up_way(b, &none);
    return way_compare(&left, &right);
}

static int up_compare(const void *a, const void *b)
{
    const struct up_group *left = a, *right = b;
    int order = str_cmp(left->id, right->id);
    order = order != 0 ? order : str_cmp(left->as, right->as);
    return order != 0 ? order : up_compare_ways(left, right);
}

/* ---- what is granted ---- */

static bool up_grant_is_for(const struct granted_row *grant, const struct up_group *group)
{
    const Agency__V1__Grantee *grantee = grant->apart ? grant->grant->grantee : NULL;
    return grantee != NULL && grantee->n_role_types > 0
               ? ids_listed(grantee->role_types, grantee->n_role_types, group->as)
               : group->as.size == 0;
}

/* Offers what is granted to groups, which are in order of ids: each is asked about once. */
static struct status up_offer(struct up *up, const struct up_groups *groups, struct ways *ways)
{
    struct granted_rows rows = { 0 };
    for (size_t i = 0; i < groups->count; i++) {
        const struct up_group *group = &groups->items[i];
        if (i == 0 || !str_eq(group->id, groups->items[i - 1].id)) {
            TRY(granted_to(&up->search->granted, GRANTEE_GROUP, group->id, &rows));
        }
        for (size_t j = 0; j < rows.count; j++) {
            if (up_grant_is_for(&rows.items[j], group)) {
                const struct way way = up_way(group, &rows.items[j]);
                TRY(search_offer(up->search, &way, ways));
            }
        }
    }
    return status_ok();
}

/* ---- seats ---- */

/* Offers what is granted to the seats of a subject, each in turn. */
static struct status up_list_seats(struct up *up, const struct kin *kin, struct ways *ways)
{
    struct str *ids;
    size_t count;
    TRY(lookup_ids(up->lookup, INDEX_ASSIGNMENT_BY_SUBJECT, &kin->id, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        struct granted_rows rows;
        const struct str role_id = { ids[i].data, ids[i].size - kin->id.size - 1 };
        TRY(granted_to(&up->search->granted, GRANTEE_ROLE, role_id, &rows));
        for (size_t j = 0; j < rows.count; j++) {
            TRY(search_seat(up->search, kin, &rows.items[j], ways));
        }
    }
    return status_ok();
}

/* Offers what is granted to seats that the subject holds, of the short lists. */
static struct status up_few_seats(struct up *up, const struct kin *kin, struct ways *ways)
{
    const struct granted_rows *few = &up->search->granted.few;
    for (size_t i = 0; i < few->count; i++) {
        struct granted_rows rows;
        const struct granted_row *row = &few->items[i];
        if (row->kind == GRANTEE_ROLE && row->end_us > up->lookup->at_us) {
            TRY(granted_to(&up->search->granted, GRANTEE_ROLE, row->grantee_id, &rows));
            for (size_t j = 0; j < rows.count; j++) {
                if (str_eq(rows.items[j].id, row->id)) {
                    TRY(search_seat(up->search, kin, &rows.items[j], ways));
                }
            }
        }
    }
    return status_ok();
}

static struct status up_seats(struct up *up, size_t level, struct ways *ways)
{
    size_t count;
    bool many;
    const struct kin *kin = lineage_level(up->search->lineage, level, &count);
    TRY(granted_many(&up->search->granted, GRANTEE_ROLE, &many));
    for (size_t i = 0; i < count; i++) {
        TRY(many ? up_list_seats(up, &kin[i], ways) : up_few_seats(up, &kin[i], ways));
    }
    return status_ok();
}

/* ---- groups ---- */

/* Adds the group of a row if it is ACTIVE. */
static struct status up_add_seat(struct up *up, const struct kin *kin, const struct view_row *row,
                                 struct up_groups *found)
{
    const Agency__V1__Group *group;
    int64_t end_us = index_end_time(row->parts[PART_SEAT_END]);
    if (end_us <= up->lookup->at_us) {
        return status_ok(); /* it lasts longest of those in the group */
    }
    TRY(lookup_known_group(up->lookup, row->parts[PART_GROUP], &group));
    if (group->status != LIFE_ACTIVE) {
        return status_ok();
    }
    return up_add(up, found,
                  &(struct up_group){ .id = str_z(group->group_id),
                                      .as = row->parts[PART_AS],
                                      .kin = kin,
                                      .seat_us = end_us,
                                      .held = row->id });
}

/* Adds the groups of a subject's seats, each once as a member and once as each type. */
static struct status up_add_seats(struct up *up, const struct kin *kin, struct up_groups *found)
{
    struct str from[3];
    struct view_range range = { .index = INDEX_ASSIGNMENT_BY_MEMBER,
                                .parts = &kin->id,
                                .parts_count = 1,
                                .from = from,
                                .limit = UP_PAGE };
    size_t count = UP_PAGE;
    while (count == UP_PAGE) {
        struct view_row *rows;
        TRY(lookup_rows(up->lookup, &range, &rows, &count));
        for (size_t i = 0; i < count; i++) {
            bool same = i > 0 && str_eq(rows[i].parts[PART_AS], rows[i - 1].parts[PART_AS]) &&
                        str_eq(rows[i].parts[PART_GROUP], rows[i - 1].parts[PART_GROUP]);
            if (!same) {
                TRY(up_add_seat(up, kin, &rows[i], found));
            }
        }
        if (count == UP_PAGE) { /* go on behind the group, whatever else is in it */
            from[0] = rows[count - 1].parts[PART_AS];
            from[1] = rows[count - 1].parts[PART_GROUP];
            from[2] = STR("g");
            range.from_count = 3;
        }
    }
    return status_ok();
}

/* Adds the ACTIVE groups that include one. */
static struct status up_add_includers(struct up *up, const struct up_group *below,
                                      struct up_groups *found)
{
    struct str *ids;
    size_t count;
    TRY(lookup_ids(up->lookup, INDEX_GROUP_BY_INCLUDED, &below->id, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Group *group;
        if (ids_have(&up->seen, ids[i])) {
            continue;
        }
        TRY(lookup_known_group(up->lookup, ids[i], &group));
        if (group->status == LIFE_ACTIVE) {
            struct up_group above = *below;
            above.id = str_z(group->group_id);
            above.below = below;
            TRY(up_add(up, found, &above));
        }
    }
    return status_ok();
}

/* Keeps each group once, by its best way, and those that it was a member of before not at all; what
 * it is a member of now is the level of the next stage. */
static struct status up_keep(struct up *up, struct up_groups *found)
{
    size_t kept = 0;
    struct up_groups level = { 0 };
    struct ids new = { .arena = up->lookup->arena };
    if (found->count > 1) {
        qsort(found->items, found->count, sizeof *found->items, up_compare);
    }
    for (size_t i = 0; i < found->count; i++) {
        const struct up_group group = found->items[i];
        bool again = kept > 0 && str_eq(found->items[kept - 1].id, group.id) &&
                     str_eq(found->items[kept - 1].as, group.as);
        if (again || (group.as.size == 0 && ids_have(&up->seen, group.id))) {
            continue;
        }
        found->items[kept++] = group;
        if (group.as.size == 0) {
            TRY(ids_add(&new, group.id));
            TRY(up_add(up, &level, &group));
        }
    }
    found->count = kept;
    up->level = level;
    TRY(ids_add_all(&up->seen, new.items, new.count));
    ids_sort(&up->seen);
    return status_ok();
}

static struct status up_groups(struct up *up, size_t level, struct ways *ways)
{
    struct up_groups found = { 0 };
    size_t count;
    const struct kin *kin = lineage_level(up->search->lineage, level, &count);
    for (size_t i = 0; i < count; i++) {
        TRY(up_add_seats(up, &kin[i], &found));
    }
    for (size_t i = 0; i < up->level.count; i++) {
        TRY(up_add_includers(up, &up->level.items[i], &found));
    }
    TRY(up_keep(up, &found));
    return up_offer(up, &found, ways);
}

/* All ways of so many steps but those by role types. */
static struct status up_stage(struct up *up, size_t steps, struct way *best)
{
    struct ways ways;
    bool any = false;
    ways_init(&ways);
    TRY(search_direct(up->search, steps, &ways));
    if (steps >= 2) {
        TRY(up_seats(up, steps - 2, &ways));
    }
    if (steps >= 3) {
        TRY(granted_any(&up->search->granted, GRANTEE_GROUP, &any));
        TRY(any ? up_groups(up, steps - 3, &ways) : status_ok());
    }
    return search_settle(up->search, &ways, best);
}

struct status search_up(struct search *search, struct way *best)
{
    struct up up = { .search = search,
                     .lookup = search->lookup,
                     .seen = { .arena = search->lookup->arena } };
    best->id.size = 0;
    for (size_t steps = 0; steps <= GRANTEE_STEPS_MAX && best->id.size == 0; steps++) {
        if (steps >= 2) {
            TRY(search_types(search, steps - 2, best)); /* before any grant of as many steps */
        }
        if (best->id.size == 0) {
            TRY(up_stage(&up, steps, best));
        }
        if (steps >= search->lineage->levels + 2 && up.level.count == 0) {
            break;
        }
    }
    return status_ok();
}
