/* Most objects have few grants: one look-up finds them all, and what is of another permission is
 * left out. Where there are more (the org, as a rule), each permission has a look-up of its own.
 * So it has, too, where the answer is kept: then a grant of another permission leaves it right. */
#include "core/domain/check/candidates.h"

#include "core/domain/check/grantees.h"
#include "core/domain/kernel/index.h"

/* Grants on one object, of all permissions, that are read at once. */
enum { CANDIDATES_AT_ONCE = 16 };

bool candidates_match(const Agency__V1__Grant *grant, const struct objects *objects,
                      const struct implied *implied)
{
    const struct object on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) };
    return implied_contain(implied, str_z(grant->permission)) && objects_contain(objects, on);
}

static struct status candidates_add(struct lookup *lookup, const Agency__V1__Grant *grant,
                                    struct candidates *candidates)
{
    ARENA_TRY(lookup->arena, candidates->items,
              arena_grow(lookup->arena, candidates->items, candidates->count,
                         sizeof *candidates->items, &candidates->cap));
    candidates->items[candidates->count++] = grant;
    candidates->to_groups =
        candidates->to_groups || (unsigned)grant->grantee->kind == GRANTEE_GROUP;
    return status_ok();
}

/* Adds the grants of one list, unless it is longer than the limit. */
static struct status candidates_add_list(struct lookup *lookup, const struct str *parts,
                                         size_t parts_count, const struct implied *implied,
                                         size_t limit, struct candidates *candidates)
{
    struct str *ids;
    size_t count;
    TRY(lookup_some_ids(lookup, INDEX_GRANT_BY_OBJECT, parts, parts_count, limit, &ids, &count,
                        &candidates->cut));
    for (size_t i = 0; i < count && !candidates->cut; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(lookup, ids[i], &grant));
        if (implied_contain(implied, str_z(grant->permission))) {
            TRY(candidates_add(lookup, grant, candidates));
        }
    }
    return status_ok();
}

static struct status candidates_add_object(struct lookup *lookup, const struct object *object,
                                           const struct implied *implied, size_t limit,
                                           struct candidates *candidates)
{
    struct str parts[] = { index_kind(object->kind), object->id, STR("") };
    if (!candidates->apart) {
        TRY(candidates_add_list(lookup, parts, 2, implied, CANDIDATES_AT_ONCE, candidates));
        if (!candidates->cut) {
            return status_ok();
        }
        candidates->cut = false;
    }
    for (size_t i = 0; i < implied->count && !candidates->cut; i++) {
        parts[2] = implied->items[i];
        TRY(candidates_add_list(lookup, parts, 3, implied, limit, candidates));
    }
    return status_ok();
}

struct status candidates_find(struct lookup *lookup, const struct objects *objects,
                              const struct implied *implied, size_t limit,
                              struct candidates *candidates)
{
    *candidates = (struct candidates){ .apart = candidates->apart };
    for (size_t i = 0; i < objects->count && !candidates->cut; i++) {
        TRY(candidates_add_object(lookup, &objects->items[i], implied, limit, candidates));
    }
    return status_ok();
}
