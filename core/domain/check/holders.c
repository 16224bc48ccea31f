#include "core/domain/check/holders.h"

#include <stdlib.h>

#include "core/domain/check/grantees.h"
#include "core/domain/kernel/ids.h"

static struct status holders_add(struct holders *holders, const struct holder *holder)
{
    ARENA_TRY(holders->lookup->arena, holders->items,
              arena_grow(holders->lookup->arena, holders->items, holders->count,
                         sizeof *holders->items, &holders->cap));
    holders->items[holders->count++] = *holder;
    return status_ok();
}

/* Adds the unexpired assignments of index rows; of those whose type has no membership only if
 * asked. */
static struct status holders_add_rows(struct holders *holders, enum index_number index,
                                      const struct str *parts, size_t parts_count,
                                      struct str group_id, bool members_only)
{
    struct str *ids;
    size_t count;
    TRY(lookup_ids(holders->lookup, index, parts, parts_count, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Assignment *held;
        const Agency__V1__RoleType *type = NULL;
        TRY(lookup_known_assignment(holders->lookup, ids[i], &held));
        if (lookup_expired(holders->lookup, held->expires_at)) {
            continue;
        }
        if (members_only) {
            TRY(lookup_known_role_type(holders->lookup, str_z(held->role_type), &type));
        }
        if (type == NULL || !type->no_membership) {
            const struct holder holder = { str_z(held->subject_id), held, group_id };
            TRY(holders_add(holders, &holder));
        }
    }
    return status_ok();
}

struct status holders_add_role(struct holders *holders, struct str role_id)
{
    return holders_add_rows(holders, INDEX_ASSIGNMENT_BY_ROLE, &role_id, 1, STR(""), false);
}

static struct status holders_add_role_type(struct holders *holders, struct str role_type)
{
    return holders_add_rows(holders, INDEX_ASSIGNMENT_BY_TYPE, &role_type, 1, STR(""), false);
}

struct status holders_add_scope(struct holders *holders, struct str role_type,
                                struct str job_space_id)
{
    const struct str parts[] = { role_type, job_space_id };
    return holders_add_rows(holders, INDEX_ASSIGNMENT_BY_TYPE, parts, 2, STR(""), false);
}

struct status holders_add_group_type(struct holders *holders, struct str group_id,
                                     struct str role_type)
{
    const struct str parts[] = { group_id, role_type };
    return holders_add_rows(holders, INDEX_ASSIGNMENT_BY_GROUP, parts, 2, group_id, false);
}

/* Adds to the list the ACTIVE groups that a group includes and that are not in it. */
static struct status holders_add_included(struct holders *holders, const Agency__V1__Group *group,
                                          struct ids *groups)
{
    for (size_t i = 0; i < group->n_included_group_ids; i++) {
        const struct str id = str_z(group->included_group_ids[i]);
        const Agency__V1__Group *included;
        bool listed = false;
        for (size_t j = 0; j < groups->count && !listed; j++) {
            listed = str_eq(groups->items[j], id);
        }
        if (listed) {
            continue;
        }
        TRY(lookup_known_group(holders->lookup, id, &included));
        if (included->status == LIFE_ACTIVE) {
            TRY(ids_add(groups, id));
        }
    }
    return status_ok();
}

struct status holders_add_members(struct holders *holders, struct str group_id)
{
    struct ids groups = { .arena = holders->lookup->arena };
    TRY(ids_add(&groups, group_id));
    size_t level_end = 1, levels = 0; /* as many inclusions as a way of Check can have */
    for (size_t i = 0; i < groups.count; i++) {
        levels += i == level_end;
        level_end = i == level_end ? groups.count : level_end;
        const struct str id = groups.items[i];
        const Agency__V1__Group *group;
        TRY(lookup_known_group(holders->lookup, id, &group));
        TRY(holders_add_rows(holders, INDEX_ASSIGNMENT_BY_GROUP, &id, 1, id, true));
        if (levels < GRANTEE_INCLUSIONS_MAX) {
            TRY(holders_add_included(holders, group, &groups));
        }
    }
    return status_ok();
}

static int holders_compare(const void *a, const void *b)
{
    const struct holder *left = a, *right = b;
    int order = str_cmp(left->subject_id, right->subject_id);
    order = order != 0 ? order : strcmp(left->assignment->role_id, right->assignment->role_id);
    return order != 0 ? order : str_cmp(left->group_id, right->group_id);
}

static struct status holders_add_kind(struct holders *holders, enum entity_kind kind, struct str id)
{
    switch ((unsigned)kind) {
    case ENTITY_ROLE:
        return holders_add_role(holders, id);
    case ENTITY_ROLE_TYPE:
        return holders_add_role_type(holders, id);
    case ENTITY_GROUP:
        return holders_add_members(holders, id);
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected a seat, role type or group, not kind %u",
                        (unsigned)kind);
}

static struct status holders_need(struct holders *holders, enum entity_kind kind, struct str id)
{
    const ProtobufCMessage *entity;
    TRY(lookup_get(holders->lookup, kind, id, &entity));
    return entity != NULL
               ? status_ok()
               : status_error(STATUS_NOT_FOUND,
                              "expected a seat, role type or group, but there is no '%.*s'",
                              STR_ARG(id));
}

static void holders_give(struct holders *holders, struct holder **items, size_t *items_count)
{
    if (holders->count > 0) {
        qsort(holders->items, holders->count, sizeof *holders->items, holders_compare);
    }
    *items = holders->items;
    *items_count = holders->count;
}

struct status holders_find(struct lookup *lookup, enum entity_kind kind, struct str id,
                           struct holder **items, size_t *items_count)
{
    struct holders holders = { .lookup = lookup };
    TRY(holders_need(&holders, kind, id));
    TRY(holders_add_kind(&holders, kind, id));
    holders_give(&holders, items, items_count);
    return status_ok();
}

struct status holders_list(const struct view *view, struct arena *arena, int64_t at_us,
                           enum entity_kind kind, struct str id, struct holder **items,
                           size_t *items_count)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    return holders_find(&lookup, kind, id, items, items_count);
}

struct status holders_list_group_type(const struct view *view, struct arena *arena, int64_t at_us,
                                      struct str group_id, struct str role_type,
                                      struct holder **items, size_t *items_count)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    struct holders holders = { .lookup = &lookup };
    TRY(holders_need(&holders, ENTITY_GROUP, group_id));
    TRY(holders_need(&holders, ENTITY_ROLE_TYPE, role_type));
    TRY(holders_add_group_type(&holders, group_id, role_type));
    holders_give(&holders, items, items_count);
    return status_ok();
}
