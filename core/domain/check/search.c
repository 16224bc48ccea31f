#include "core/domain/check/search.h"

#include "core/domain/kernel/ids.h"

struct status search_direct(struct search *search, size_t level, struct way *best)
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
                                     .seat_us = INT64_MAX };
            way_offer(best, &way);
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
    search->types = types.items;
    search->types_count = types.count;
    search->typed = true;
    return status_ok();
}

/* Offers the seat of a type in a scope that the subject holds longest. */
static struct status search_type(struct search *search, const struct kin *kin, struct str type,
                                 struct str scope, struct way *best)
{
    const struct str parts[] = { kin->id, type, scope };
    const struct view_range range = {
        .index = INDEX_ASSIGNMENT_BY_SUBJECT, .parts = parts, .parts_count = 3, .limit = 1
    };
    struct view_row *rows;
    size_t count;
    TRY(lookup_rows(search->lookup, &range, &rows, &count));
    int64_t end_us = count == 0 ? INT64_MIN : index_end_time(rows[0].parts[3]);
    if (count > 0 && end_us > search->lookup->at_us) {
        const struct way way = { .steps = kin->level + 2,
                                 .id = type,
                                 .grant_us = INT64_MAX,
                                 .kin = kin,
                                 .seat_us = end_us,
                                 .held = rows[0].id };
        way_offer(best, &way);
    }
    return status_ok();
}

struct status search_types(struct search *search, size_t level, struct way *best)
{
    size_t count;
    const struct kin *kin = lineage_level(search->lineage, level, &count);
    if (count > 0 && !search->typed) {
        TRY(search_find_types(search));
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t t = 0; t < search->types_count; t++) {
            for (size_t o = 0; o < search->granted.objects->count; o++) {
                const struct object *scope = &search->granted.objects->items[o];
                if (scope->kind == OBJECT_ORG || scope->kind == OBJECT_JOB_SPACE) {
                    TRY(search_type(search, &kin[i], search->types[t], scope->id, best));
                }
            }
        }
    }
    return status_ok();
}

struct status search_owner(struct search *search, struct way *best)
{
    *best = (struct way){ 0 };
    return search_type(search, &search->lineage->items[0], STR("owner"), STR(""), best);
}

/* ---- seats ---- */

struct status search_seat(struct search *search, const struct kin *kin,
                          const struct granted_row *grant, struct way *best)
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
                                 .held = id };
        way_offer(best, &way);
    }
    return status_ok();
}
