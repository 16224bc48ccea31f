#include "core/domain/kernel/lookup.h"

struct status lookup_exhausted(void)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected a question within its budget of look-ups, but it needs more");
}

static struct status lookup_spend(struct lookup *lookup)
{
    assert(lookup->left < SIZE_MAX); /* one more can be asked for */
    if (lookup->left == 0) {
        return lookup_exhausted();
    }
    lookup->left--;
    return status_ok();
}

struct status lookup_charge(struct lookup *lookup, size_t count)
{
    bool enough = count <= lookup->left;
    lookup->left = enough ? lookup->left - count : 0;
    return enough ? status_ok() : lookup_exhausted();
}

struct status lookup_get(struct lookup *lookup, enum entity_kind kind, struct str id,
                         const ProtobufCMessage **entity)
{
    *entity = NULL;
    TRY(lookup_spend(lookup));
    return view_get(lookup->view, kind, id, entity);
}

struct status lookup_ids(struct lookup *lookup, enum index_number index, const struct str *parts,
                         size_t parts_count, struct str **ids, size_t *ids_count)
{
    TRY(lookup_spend(lookup));
    TRY(view_ids(lookup->view, lookup->arena, index, parts, parts_count, lookup->left + 1, ids,
                 ids_count));
    /* Each of them is going to be looked at. */
    if (*ids_count > lookup->left) {
        lookup->left = 0;
        return lookup_exhausted();
    }
    return status_ok();
}

struct status lookup_some_ids(struct lookup *lookup, enum index_number index,
                              const struct str *parts, size_t parts_count, size_t limit,
                              struct str **ids, size_t *ids_count, bool *cut)
{
    TRY(lookup_spend(lookup));
    TRY(view_ids(lookup->view, lookup->arena, index, parts, parts_count, limit + 1, ids,
                 ids_count));
    *cut = *ids_count > limit;
    if (*cut) {
        *ids_count = limit;
    }
    return status_ok();
}

struct status lookup_rows(struct lookup *lookup, const struct view_range *range,
                          struct view_row **rows, size_t *rows_count)
{
    struct view_range some = *range;
    TRY(lookup_spend(lookup));
    some.limit = range->limit <= lookup->left ? range->limit : lookup->left + 1;
    assert(some.limit <= range->limit);
    TRY(view_rows(lookup->view, lookup->arena, &some, rows, rows_count));
    if (*rows_count > lookup->left) {
        lookup->left = 0;
        return lookup_exhausted();
    }
    lookup->left -= *rows_count;
    return status_ok();
}

struct status lookup_org_active(struct lookup *lookup, bool *active)
{
    const Agency__V1__Org *org;
    TRY(lookup_org(lookup, lookup->view->org_id, &org));
    *active = org != NULL && org->status == LIFE_ACTIVE;
    return status_ok();
}
