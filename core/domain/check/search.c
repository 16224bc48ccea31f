#include "core/domain/check/search.h"

#include <stdlib.h>

#include "core/domain/kernel/ids.h"

/* ---- conditions ---- */

struct status search_offer_conditional(struct search *search, const struct way *way,
                                       struct ways *ways)
{
    for (size_t i = 0; i < ways->count; i++) {
        if (ways->conditional[i].by_grant == way->by_grant &&
            str_eq(ways->conditional[i].id, way->id)) {
            way_offer(&ways->conditional[i], way);
            return status_ok();
        }
    }
    ARENA_TRY(search->lookup->arena, ways->conditional,
              arena_grow(search->lookup->arena, ways->conditional, ways->count,
                         sizeof *ways->conditional, &ways->cap));
    ways->conditional[ways->count++] = *way;
    return status_ok();
}

static int search_compare(const void *a, const void *b)
{
    return way_compare(a, b);
}

struct status search_settle(struct search *search, struct ways *ways, struct way *best)
{
    bool holds = false;
    if (ways->count == 0 && ways->best.id.size == 0) {
        best->id.size = 0;
        return status_ok();
    }
    if (ways->count > 1) {
        qsort(ways->conditional, ways->count, sizeof *ways->conditional, search_compare);
    }
    for (size_t i = 0; i < ways->count && !holds; i++) {
        const struct way *way = &ways->conditional[i];
        if (ways->best.id.size > 0 && way_compare(&ways->best, way) < 0) {
            break;
        }
        TRY(condition_holds(search->conditions, way, &holds));
        if (holds) {
            *best = *way;
        }
    }
    if (!holds) {
        *best = ways->best;
    }
    return status_ok();
}

/* ---- grants to the subject ---- */

struct status search_direct(struct search *search, size_t level, struct ways *ways)
{
    size_t count;
    const struct kin *kin = lineage_level(search->lineage, level, &count);
    for (size_t i = 0; i < count; i++) {
        struct granted_rows rows;
        TRY(granted_to(&search->granted, GRANTEE_SUBJECT, kin[i].id, &rows));
        for (size_t j = 0; j < rows.count; j++) {
            const struct way way = { .steps = level,
                                     .by_grant = true,
                                     .id = rows.items[j].id,
                                     .grant_us = rows.items[j].end_us,
                                     .kin = &kin[i],
                                     .seat_us = INT64_MAX,
                                     .condition = rows.items[j].condition };
            TRY(search_offer(search, &way, ways));
        }
    }
    return status_ok();
}

/* ---- types ---- */

static struct status search_find_types(struct search *search)
{
    struct ids types = { .arena = search->lookup->arena };
    for (size_t i = 0; i < search->granted.implied->count; i++) {
        struct str *ids;
        size_t count;
        TRY(lookup_ids(search->lookup, INDEX_ROLE_TYPE_BY_PERMISSION,
                       &search->granted.implied->items[i], 1, &ids, &count));
        TRY(ids_add_all(&types, ids, count));
    }
    ids_sort(&types);
    ARENA_TRY(search->lookup->arena, search->types,
              arena_alloc(search->lookup->arena, (types.count + 1) * sizeof *search->types));
    for (; search->types_count < types.count; search->types_count++) {
        search->types[search->types_count] =
            (struct search_type){ .id = types.items[search->types_count] };
    }
    search->typed = true;
    return status_ok();
}

/* Only a type of which the subject holds a seat is read. */
static struct status search_read_type(struct search *search, struct search_type *type)
{
    const Agency__V1__RoleType *read;
    if (type->read) {
        return status_ok();
    }
    TRY(lookup_known_role_type(search->lookup, type->id, &read));
    type->read = true;
    return condition_of_type(search->lookup->arena, read, &type->condition);
}

/* Offers the seat of a type in a scope that the subject holds longest. */
static struct status search_type(struct search *search, const struct kin *kin,
                                 struct search_type *type, struct str scope, struct ways *ways)
{
    const struct str parts[] = { kin->id, type->id, scope };
    const struct view_range range = {
        .index = INDEX_ASSIGNMENT_BY_SUBJECT, .parts = parts, .parts_count = 3, .limit = 1
    };
    struct view_row *rows;
    size_t count;
    TRY(lookup_rows(search->lookup, &range, &rows, &count));
    int64_t end_us = count == 0 ? INT64_MIN : index_end_time(rows[0].parts[3]);
    if (count > 0 && end_us > search->lookup->at_us) {
        TRY(search_read_type(search, type));
        const struct way way = { .steps = kin->level + 2,
                                 .id = type->id,
                                 .grant_us = INT64_MAX,
                                 .kin = kin,
                                 .seat_us = end_us,
                                 .held = rows[0].id,
                                 .condition = type->condition };
        return search_offer(search, &way, ways);
    }
    return status_ok();
}

/* Offers the seats of one of the kin, of all types that have the permission there. */
static struct status search_types_of(struct search *search, const struct kin *kin,
                                     struct ways *ways)
{
    for (size_t t = 0; t < search->types_count; t++) {
        for (size_t o = 0; o < search->granted.objects->count; o++) {
            const struct object *scope = &search->granted.objects->items[o];
            if (scope->kind == OBJECT_ORG || scope->kind == OBJECT_JOB_SPACE) {
                TRY(search_type(search, kin, &search->types[t], scope->id, ways));
            }
        }
    }
    return status_ok();
}

struct status search_types(struct search *search, size_t level, struct way *best)
{
    struct ways ways;
    size_t count;
    const struct kin *kin = lineage_level(search->lineage, level, &count);
    ways_init(&ways);
    if (count > 0 && !search->typed) {
        TRY(search_find_types(search));
    }
    for (size_t i = 0; i < count; i++) {
        TRY(search_types_of(search, &kin[i], &ways));
    }
    return search_settle(search, &ways, best);
}

struct status search_owner(struct search *search, struct way *best)
{
    struct search_type owner = { .id = STR("owner"), .read = true }; /* it has no condition */
    struct ways ways;
    ways_init(&ways);
    TRY(search_type(search, &search->lineage->items[0], &owner, STR(""), &ways));
    return search_settle(search, &ways, best);
}

/* ---- seats ---- */

struct status search_seat(struct search *search, const struct kin *kin,
                          const struct granted_row *grant, struct ways *ways)
{
    const Agency__V1__Assignment *held;
    struct str id = arena_printf(search->lookup->arena, "%.*s~%.*s", STR_ARG(grant->grantee_id),
                                 STR_ARG(kin->id));
    if (id.data == NULL) {
        return arena_full(search->lookup->arena);
    }
    TRY(lookup_assignment(search->lookup, id, &held));
    if (held == NULL || held->status != LIFE_ACTIVE) {
        return status_ok();
    }
    int64_t end_us = held->expires_at == NULL ? INT64_MAX : fields_time_us(held->expires_at);
    if (end_us > search->lookup->at_us) {
        const struct way way = { .steps = kin->level + 2,
                                 .by_grant = true,
                                 .id = grant->id,
                                 .grant_us = grant->end_us,
                                 .kin = kin,
                                 .seat_us = end_us,
                                 .held = id,
                                 .condition = grant->condition };
        return search_offer(search, &way, ways);
    }
    return status_ok();
}
