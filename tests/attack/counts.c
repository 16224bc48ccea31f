#include "tests/attack/counts.h"

#include <stdlib.h>

/* Of inheritances, and of a whole way. */
enum { INHERITANCES_MAX = 8, WAY_STEPS_MAX = 19 };

static size_t place(const struct plain_org *org, const struct plain *item)
{
    return (size_t)(item - org->items);
}

/* Active, or could be made so. */
static bool counts_serves(const struct plain_org *org, const struct counts *counts,
                          const struct plain *item)
{
    return item != NULL &&
           (item->status == LIFE_ACTIVE || (counts->marks[place(org, item)] & COUNTS_REVIVED) != 0);
}

bool counts_marked(const struct plain_org *org, const struct counts *counts,
                   const struct plain *item)
{
    return (counts->marks[place(org, item)] & COUNTS) != 0 && counts_serves(org, counts, item);
}

/* Marks what can be reached in so many steps; true if it is new, or nearer than before. */
static bool counts_mark(const struct plain_org *org, struct counts *counts,
                        const struct plain *item, unsigned steps, unsigned steps_max)
{
    if (steps > steps_max || !counts_serves(org, counts, item)) {
        return false;
    }
    size_t at = place(org, item);
    if ((counts->marks[at] & COUNTS) != 0 && counts->steps[at] <= steps) {
        return false;
    }
    counts->marks[at] |= COUNTS;
    counts->steps[at] = (uint8_t)steps;
    return true;
}

static unsigned counts_steps(const struct plain_org *org, const struct counts *counts,
                             const struct plain *item)
{
    return counts->steps[place(org, item)];
}

static void counts_add_parents(const struct plain_org *org, struct counts *counts)
{
    bool more = true;
    while (more) {
        more = false;
        PLAIN_EACH(org, ENTITY_SUBJECT, subject)
        {
            for (size_t i = 0; counts_marked(org, counts, subject) && i < subject->list_count;
                 i++) {
                more |= counts_mark(org, counts,
                                    plain_find(org, ENTITY_SUBJECT, str_z(subject->list[i])),
                                    counts_steps(org, counts, subject) + 1, INHERITANCES_MAX);
            }
        }
    }
}

static void counts_add_seats(const struct plain_org *org, struct counts *counts)
{
    PLAIN_EACH(org, ENTITY_ASSIGNMENT, held)
    {
        const struct plain *holder = plain_find(org, ENTITY_SUBJECT, held->texts[PLAIN_SUBJECT]);
        if (plain_live(org, held) && holder != NULL && counts_marked(org, counts, holder)) {
            counts_mark(org, counts, plain_find(org, ENTITY_ROLE, held->texts[PLAIN_ROLE]),
                        counts_steps(org, counts, holder) + 2, WAY_STEPS_MAX);
        }
    }
}

static bool counts_is_member_type(const struct plain_org *org, const struct plain *seat)
{
    const struct plain *type = plain_find(org, ENTITY_ROLE_TYPE, seat->texts[PLAIN_TYPE]);
    return type != NULL && type->numbers[PLAIN_NO_MEMBERSHIP] == 0;
}

static void counts_add_seat_groups(const struct plain_org *org, struct counts *counts)
{
    PLAIN_EACH(org, ENTITY_ROLE, seat)
    {
        bool member = counts_marked(org, counts, seat) && counts_is_member_type(org, seat);
        for (size_t i = 0; member && i < seat->list_count; i++) {
            counts_mark(org, counts, plain_find(org, ENTITY_GROUP, str_z(seat->list[i])),
                        counts_steps(org, counts, seat) + 1, WAY_STEPS_MAX);
        }
    }
}

static void counts_add_including(const struct plain_org *org, struct counts *counts)
{
    bool more = true;
    while (more) {
        more = false;
        PLAIN_EACH(org, ENTITY_GROUP, group)
        {
            for (size_t i = 0; i < group->list_count; i++) {
                const struct plain *included = plain_find(org, ENTITY_GROUP, str_z(group->list[i]));
                more |= included != NULL && counts_marked(org, counts, included) &&
                        counts_mark(org, counts, group, counts_steps(org, counts, included) + 1,
                                    WAY_STEPS_MAX);
            }
        }
    }
}

void counts_complete(const struct plain_org *org, struct counts *counts)
{
    counts_add_parents(org, counts);
    counts_add_seats(org, counts);
    counts_add_seat_groups(org, counts);
    counts_add_including(org, counts);
}

struct counts counts_none(const struct plain_org *org, struct arena *arena)
{
    struct counts counts = { arena_zalloc(arena, org->count), arena_zalloc(arena, org->count) };
    if (counts.marks == NULL || counts.steps == NULL) {
        abort();
    }
    return counts;
}

struct counts counts_of(const struct plain_org *org, struct arena *arena, struct str subject_id)
{
    struct counts counts = counts_none(org, arena);
    const struct plain *subject = plain_find(org, ENTITY_SUBJECT, subject_id);
    if (subject != NULL) {
        counts_mark(org, &counts, subject, 0, 0);
        counts_complete(org, &counts);
    }
    return counts;
}

bool counts_holds_type(const struct plain_org *org, const struct counts *counts,
                       const struct plain *group, const struct plain *types)
{
    if (!counts_serves(org, counts, group)) {
        return false;
    }
    if ((counts->marks[place(org, group)] & COUNTS_ANY_TYPE) != 0) {
        return true;
    }
    PLAIN_EACH(org, ENTITY_ROLE, seat)
    {
        if (counts_marked(org, counts, seat) && plain_lists(seat, group->id) &&
            plain_lists(types, seat->texts[PLAIN_TYPE])) {
            return true;
        }
    }
    return false;
}

bool counts_anything(const struct plain_org *org, const struct counts *counts)
{
    bool any = false;
    for (size_t i = 0; i < org->count && !any; i++) {
        any = counts->marks[i] != 0;
    }
    return any;
}
