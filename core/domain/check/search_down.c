/* From the objects down: what is granted there, the groups of it with all that they include, level
 * by level, and for each level the seats of the subject in it: two sorted lists, of which each
 * leaps to where the other one is. Whatever seats the subject has besides, however many groups
 * include those it is in: they are not looked at.
 *
 * All ways of t steps are known before any of t + 1: levels of inheritance and of inclusion count
 * alike.
 *
 * A group is in a closure once, by its best way: that of one grant. So those with a condition have
 * closures apart, each its own: what one of them hides may be what counts. */
#include "core/domain/check/search.h"

#include <stdlib.h>

#include "core/domain/kernel/ids.h"

/* A group whose members are granted something. */
struct member_group {
    struct str id;
    const Agency__V1__Group *group; /* NULL: not read yet, as only its id mattered */
    const struct member_group *up;  /* the one that includes it; NULL: it is granted to */
    const struct granted_row *grant;
    size_t rank; /* among those of its level, by grant and groups from the top */
};

struct member_level {
    struct member_group *items; /* in order of ids */
    size_t count;
};

/* The groups below a grant that has a condition, or below all others. */
struct closure {
    const struct condition *condition; /* NULL: of those without */
    struct member_level levels[GRANTEE_STEPS_MAX];
    size_t levels_count;
    struct ids seen; /* groups of all levels, in order */
};

/* Seats of one of the kin as one thing: as a member (""), or as a role type. */
struct seat_list {
    const struct kin *kin;
    struct str as;
    struct view_row *rows; /* the first ones */
    size_t count;
    bool whole; /* there are no more */
    struct seat_list *next;
};

/* Ids of included groups that are read with a group at the price of one look-up. */
enum { INCLUDED_A_LOOKUP = 16, SEATS_AT_ONCE = 16, PART_GROUP = 2, PART_SEAT_END = 3 };

struct down {
    struct search *search;
    struct lookup *lookup;
    struct closure *closures; /* NULL: not known yet */
    size_t closures_count;
    struct granted_rows typed; /* grants to role types in a group */
    struct granted_rows seats; /* grants to seats */
    bool seats_known;
    struct seat_list *lists;
};

/* ---- the seats of a subject ---- */

static struct status down_seat_rows(struct down *down, const struct kin *kin, struct str as,
                                    const struct str *from, size_t limit, struct view_row **rows,
                                    size_t *count)
{
    const struct str parts[] = { kin->id, as };
    const struct view_range range = { .index = INDEX_ASSIGNMENT_BY_MEMBER,
                                      .parts = parts,
                                      .parts_count = 2,
                                      .from = from,
                                      .from_count = from == NULL ? 0 : 1,
                                      .limit = limit };
    return lookup_rows(down->lookup, &range, rows, count);
}

static struct status down_seat_list(struct down *down, const struct kin *kin, struct str as,
                                    struct seat_list **list)
{
    for (*list = down->lists; *list != NULL; *list = (*list)->next) {
        if ((*list)->kin == kin && str_eq((*list)->as, as)) {
            return status_ok();
        }
    }
    ARENA_TRY(down->lookup->arena, *list, arena_alloc(down->lookup->arena, sizeof **list));
    **list = (struct seat_list){ .kin = kin, .as = as, .next = down->lists };
    TRY(down_seat_rows(down, kin, as, NULL, SEATS_AT_ONCE + 1, &(*list)->rows, &(*list)->count));
    (*list)->whole = (*list)->count <= SEATS_AT_ONCE;
    down->lists = *list;
    return status_ok();
}

/* The first seat in a group that is not before `group_id`; NULL if there is none. */
static struct status down_seat_from(struct down *down, const struct seat_list *list,
                                    struct str group_id, const struct view_row **row)
{
    *row = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (str_cmp(list->rows[i].parts[PART_GROUP], group_id) >= 0) {
            *row = &list->rows[i];
            return status_ok();
        }
    }
    if (list->whole) {
        return status_ok();
    }
    struct view_row *rows;
    size_t count;
    TRY(down_seat_rows(down, list->kin, list->as, &group_id, 1, &rows, &count));
    *row = count > 0 ? rows : NULL;
    return status_ok();
}

/* ---- levels of groups ---- */

static int member_compare_ids(const void *a, const void *b)
{
    const struct member_group *left = a, *right = b;
    int order = str_cmp(left->id, right->id);
    /* Of two ways to one group the better first. */
    size_t left_rank = left->up == NULL ? 0 : left->up->rank;
    size_t right_rank = right->up == NULL ? 0 : right->up->rank;
    order = order != 0 ? order : (left_rank > right_rank) - (left_rank < right_rank);
    return order != 0 ? order : str_cmp(left->grant->id, right->grant->id);
}

static int member_compare_ways(const void *a, const void *b)
{
    const struct member_group *left = *(struct member_group *const *)a;
    const struct member_group *right = *(struct member_group *const *)b;
    if (left->up == NULL) {
        int order = str_cmp(left->grant->id, right->grant->id);
        return order != 0 ? order : str_cmp(left->id, right->id);
    }
    int order = (left->up->rank > right->up->rank) - (left->up->rank < right->up->rank);
    return order != 0 ? order : str_cmp(left->id, right->id);
}

static struct status down_rank(struct down *down, struct member_level *level)
{
    struct member_group **order;
    ARENA_TRY(down->lookup->arena, order,
              arena_alloc(down->lookup->arena, (level->count + 1) * sizeof(void *)));
    for (size_t i = 0; i < level->count; i++) {
        order[i] = &level->items[i];
    }
    if (level->count > 1) {
        qsort(order, level->count, sizeof(void *), member_compare_ways);
    }
    for (size_t i = 0; i < level->count; i++) {
        order[i]->rank = i;
    }
    return status_ok();
}

/* Makes a level of what was collected: each group once, by its best way, if it was in no level
 * before. */
static struct status down_add_level(struct down *down, struct closure *closure,
                                    struct member_group *found, size_t count)
{
    struct member_level *level = &closure->levels[closure->levels_count];
    struct ids new = { .arena = down->lookup->arena };
    *level = (struct member_level){ .items = found };
    if (count > 1) {
        qsort(found, count, sizeof *found, member_compare_ids);
    }
    for (size_t i = 0; i < count; i++) {
        const struct member_group group = found[i];
        bool again = new.count > 0 && str_eq(new.items[new.count - 1], group.id);
        if (again || ids_have(&closure->seen, group.id)) {
            continue;
        }
        TRY(ids_add(&new, group.id));
        level->items[level->count++] = group;
    }
    TRY(ids_add_all(&closure->seen, new.items, new.count));
    ids_sort(&closure->seen);
    closure->levels_count++;
    return down_rank(down, level);
}

/* Reads a group; *active: it confers. What it includes counts, too: it is read with it. */
static struct status down_read(struct down *down, struct member_group *member, bool *active)
{
    if (member->group == NULL) {
        TRY(lookup_known_group(down->lookup, member->id, &member->group));
        TRY(lookup_charge(down->lookup, member->group->n_included_group_ids / INCLUDED_A_LOOKUP));
    }
    *active = member->group->status == LIFE_ACTIVE;
    return status_ok();
}

static bool down_is_typed(const struct granted_row *row)
{
    return row->apart && row->grant->grantee->n_role_types > 0;
}

/* One for all grants without a condition, and one for each of the others, with its group. */
static struct status down_closures(struct down *down, const struct granted_rows *rows)
{
    struct arena *arena = down->lookup->arena;
    struct member_group *group;
    size_t conditional = 0;
    for (size_t i = 0; i < rows->count; i++) {
        conditional += rows->items[i].condition != NULL && !down_is_typed(&rows->items[i]);
    }
    ARENA_TRY(arena, down->closures,
              arena_zalloc(arena, (conditional + 1) * sizeof *down->closures));
    down->closures[down->closures_count++].seen.arena = arena;
    for (size_t i = 0; i < rows->count; i++) {
        const struct granted_row *row = &rows->items[i];
        if (row->condition == NULL || down_is_typed(row)) {
            continue;
        }
        struct closure *closure = &down->closures[down->closures_count++];
        *closure = (struct closure){ .condition = row->condition, .seen = { .arena = arena } };
        ARENA_TRY(arena, group, arena_alloc(arena, sizeof *group));
        *group = (struct member_group){ .id = row->grantee_id, .grant = row };
        TRY(down_add_level(down, closure, group, 1));
    }
    return status_ok();
}

/* The groups that are granted to: as a whole, or to role types in them. */
static struct status down_first_levels(struct down *down)
{
    struct granted_rows *rows;
    struct member_group *found;
    size_t count = 0;
    ARENA_TRY(down->lookup->arena, rows, arena_alloc(down->lookup->arena, sizeof *rows));
    TRY(granted_all(&down->search->granted, GRANTEE_GROUP, rows));
    ARENA_TRY(down->lookup->arena, found,
              arena_alloc(down->lookup->arena, (rows->count + 1) * sizeof *found));
    ARENA_TRY(down->lookup->arena, down->typed.items,
              arena_alloc(down->lookup->arena, (rows->count + 1) * sizeof *rows->items));
    for (size_t i = 0; i < rows->count; i++) {
        const struct granted_row *row = &rows->items[i];
        if (down_is_typed(row)) {
            down->typed.items[down->typed.count++] = *row;
        } else if (row->condition == NULL) {
            found[count++] = (struct member_group){ .id = row->grantee_id, .grant = row };
        }
    }
    TRY(down_closures(down, rows));
    return down_add_level(down, &down->closures[0], found, count);
}

static struct status down_next_level(struct down *down, struct closure *closure)
{
    const struct member_level *level = &closure->levels[closure->levels_count - 1];
    struct member_group *found;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < level->count; i++) {
        bool active;
        TRY(down_read(down, &level->items[i], &active));
        room += active ? level->items[i].group->n_included_group_ids : 0;
    }
    ARENA_TRY(down->lookup->arena, found,
              arena_alloc(down->lookup->arena, (room + 1) * sizeof *found));
    for (size_t i = 0; i < level->count; i++) {
        const struct member_group *up = &level->items[i];
        bool active = up->group->status == LIFE_ACTIVE;
        for (size_t j = 0; active && j < up->group->n_included_group_ids; j++) {
            found[count++] = (struct member_group){ .id = str_z(up->group->included_group_ids[j]),
                                                    .up = up,
                                                    .grant = up->grant };
        }
    }
    return down_add_level(down, closure, found, count);
}

static bool down_ended(const struct closure *closure)
{
    return closure->levels_count > 0 && closure->levels[closure->levels_count - 1].count == 0;
}

/* ---- offers ---- */

static struct status down_offer(struct down *down, const struct kin *kin,
                                const struct granted_row *grant, const struct member_group *group,
                                const struct view_row *seat, struct ways *ways)
{
    struct way way = { .by_grant = true,
                       .id = grant->id,
                       .grant_us = grant->end_us,
                       .kin = kin,
                       .seat_us = index_end_time(seat->parts[PART_SEAT_END]),
                       .held = seat->id,
                       .condition = grant->condition };
    if (way.seat_us <= down->lookup->at_us) {
        return status_ok();
    }
    for (const struct member_group *at = group; at != NULL; at = at->up) {
        way.groups_count++;
    }
    size_t i = way.groups_count;
    for (const struct member_group *at = group; at != NULL; at = at->up) {
        way.groups[--i] = at->id;
    }
    way.steps = kin->level + 2 + way.groups_count;
    return search_offer(down->search, &way, ways);
}

/* Offers the seats of a subject in the groups of a level. */
static struct status down_join(struct down *down, const struct member_level *level,
                               const struct kin *kin, struct ways *ways)
{
    struct seat_list *list;
    size_t i = 0;
    if (level->count == 0) {
        return status_ok();
    }
    TRY(down_seat_list(down, kin, STR(""), &list));
    while (i < level->count) {
        const struct view_row *row;
        TRY(down_seat_from(down, list, level->items[i].id, &row));
        if (row == NULL) {
            return status_ok();
        }
        size_t low = i, high = level->count;
        while (low < high) { /* the first group that is not before the seat's */
            size_t middle = low + (high - low) / 2;
            bool before = str_cmp(level->items[middle].id, row->parts[PART_GROUP]) < 0;
            low = before ? middle + 1 : low;
            high = before ? high : middle;
        }
        i = low;
        if (i < level->count && str_eq(level->items[i].id, row->parts[PART_GROUP])) {
            bool active;
            TRY(down_read(down, &level->items[i], &active));
            if (active) {
                TRY(down_offer(down, kin, level->items[i].grant, &level->items[i], row, ways));
            }
            i++;
        }
    }
    return status_ok();
}

/* Offers the seats of a subject of a type that a grant names, in the group itself. */
static struct status down_typed(struct down *down, const struct granted_row *grant,
                                const struct kin *kin, struct ways *ways)
{
    const Agency__V1__Grantee *grantee = grant->grant->grantee;
    const Agency__V1__Group *group;
    TRY(lookup_known_group(down->lookup, grant->grantee_id, &group));
    if (group->status != LIFE_ACTIVE) {
        return status_ok();
    }
    const struct member_group member = { .id = str_z(group->group_id), .group = group };
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        struct seat_list *list;
        const struct view_row *row;
        TRY(down_seat_list(down, kin, str_z(grantee->role_types[i]), &list));
        TRY(down_seat_from(down, list, member.id, &row));
        if (row != NULL && str_eq(row->parts[PART_GROUP], member.id)) {
            TRY(down_offer(down, kin, grant, &member, row, ways));
        }
    }
    return status_ok();
}

static struct status down_seats(struct down *down, size_t level, struct ways *ways)
{
    size_t count;
    const struct kin *kin = lineage_level(down->search->lineage, level, &count);
    if (count > 0 && !down->seats_known) {
        TRY(granted_all(&down->search->granted, GRANTEE_ROLE, &down->seats));
        down->seats_known = true;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < down->seats.count; j++) {
            TRY(search_seat(down->search, &kin[i], &down->seats.items[j], ways));
        }
    }
    return status_ok();
}

/* Offers the ways over the groups of one closure. */
static struct status down_closure(struct down *down, struct closure *closure, size_t steps,
                                  struct ways *ways)
{
    while (closure->levels_count <= steps && !down_ended(closure)) {
        TRY(down_next_level(down, closure));
    }
    for (size_t level = 0; level <= steps && level < closure->levels_count; level++) {
        size_t count;
        const struct kin *kin = lineage_level(down->search->lineage, steps - level, &count);
        for (size_t i = 0; i < count; i++) {
            TRY(down_join(down, &closure->levels[level], &kin[i], ways));
        }
    }
    return status_ok();
}

/* A closure of which the condition is known not to hold is left as it is. */
static bool down_counts(const struct down *down, const struct closure *closure)
{
    return closure->condition == NULL ||
           !condition_known_false(down->search->conditions, closure->condition);
}

/* Ways over a group: `steps` beyond the three of holder, seat and group are inheritances and
 * inclusions. */
static struct status down_groups(struct down *down, size_t steps, struct ways *ways)
{
    size_t count;
    if (down->closures == NULL) {
        TRY(down_first_levels(down));
    }
    const struct kin *kin = lineage_level(down->search->lineage, steps, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < down->typed.count; j++) {
            TRY(down_typed(down, &down->typed.items[j], &kin[i], ways));
        }
    }
    for (size_t i = 0; i < down->closures_count; i++) {
        if (down_counts(down, &down->closures[i])) {
            TRY(down_closure(down, &down->closures[i], steps, ways));
        }
    }
    return status_ok();
}

/* Whether no way of more steps can come. */
static bool down_done(const struct down *down, size_t steps)
{
    size_t inherits = down->search->lineage->levels - 1;
    for (size_t i = 0; i < down->closures_count; i++) {
        const struct closure *closure = &down->closures[i];
        bool done = down_ended(closure) && steps >= inherits + closure->levels_count - 1 + 3;
        if (!done && down_counts(down, closure)) {
            return false;
        }
    }
    return true;
}

/* All ways of so many steps but those by role types. */
static struct status down_stage(struct down *down, size_t steps, struct way *best)
{
    struct ways ways;
    ways_init(&ways);
    TRY(search_direct(down->search, steps, &ways));
    if (steps >= 2) {
        TRY(down_seats(down, steps - 2, &ways));
    }
    if (steps >= 3) {
        TRY(down_groups(down, steps - 3, &ways));
    }
    return search_settle(down->search, &ways, best);
}

struct status search_down(struct search *search, struct way *best)
{
    struct down down = { .search = search, .lookup = search->lookup };
    best->id.size = 0;
    for (size_t steps = 0; steps <= GRANTEE_STEPS_MAX && best->id.size == 0; steps++) {
        if (steps >= 2) {
            TRY(search_types(search, steps - 2, best)); /* no pile of grants hides an owner */
        }
        if (best->id.size == 0) {
            TRY(down_stage(&down, steps, best));
        }
        if (steps >= 3 && best->id.size == 0 && down_done(&down, steps)) {
            break;
        }
    }
    return status_ok();
}
