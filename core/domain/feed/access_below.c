#include "core/domain/feed/access_below.h"

#include "core/domain/check/grantees.h"
#include "core/domain/check/holders.h"
#include "core/domain/kernel/index.h"

/* Adds those that inherit from the ones in the list, level by level, and puts all in order. */
struct status access_below_all(struct lookup *lookup, struct ids *subjects)
{
    struct ids level = *subjects, all = { .arena = lookup->arena };
    ids_sort(subjects);
    TRY(ids_add_all(&all, subjects->items, subjects->count));
    for (size_t levels = 0; level.count > 0 && levels < GRANTEE_LEVELS_MAX; levels++) {
        struct ids next = { .arena = lookup->arena };
        for (size_t i = 0; i < level.count; i++) {
            struct str *ids;
            size_t count;
            TRY(lookup_ids(lookup, INDEX_SUBJECT_BY_PARENT, &level.items[i], 1, &ids, &count));
            TRY(ids_add_all(&next, ids, count));
        }
        ids_sort(&next);
        TRY(ids_add_all(&all, next.items, next.count));
        level = next;
    }
    ids_sort(&all);
    *subjects = all;
    return status_ok();
}

static struct status below_holders(struct lookup *lookup, const struct holders *holders,
                                   struct ids *subjects)
{
    *subjects = (struct ids){ .arena = lookup->arena };
    for (size_t i = 0; i < holders->count; i++) {
        TRY(ids_add(subjects, holders->items[i].subject_id));
    }
    return access_below_all(lookup, subjects);
}

struct status access_below_group(struct lookup *lookup, struct str group_id, struct ids *subjects)
{
    struct holders holders = { .lookup = lookup };
    TRY(holders_add_members(&holders, group_id));
    return below_holders(lookup, &holders, subjects);
}

struct status access_below_subject(struct lookup *lookup, struct str subject_id,
                                   struct ids *subjects)
{
    *subjects = (struct ids){ .arena = lookup->arena };
    TRY(ids_add(subjects, subject_id));
    return access_below_all(lookup, subjects);
}

/* Those that a grant reaches. */
struct status access_below_grantee(struct lookup *lookup, const Agency__V1__Grantee *grantee,
                                   struct ids *subjects)
{
    struct holders holders = { .lookup = lookup };
    const struct str id = str_z(grantee->id);
    if ((unsigned)grantee->kind == GRANTEE_SUBJECT) {
        return access_below_subject(lookup, id, subjects);
    }
    if ((unsigned)grantee->kind == GRANTEE_ROLE) {
        TRY(holders_add_role(&holders, id));
    } else if (grantee->n_role_types == 0) {
        TRY(holders_add_members(&holders, id));
    }
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        TRY(holders_add_group_type(&holders, id, str_z(grantee->role_types[i])));
    }
    return below_holders(lookup, &holders, subjects);
}
