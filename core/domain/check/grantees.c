/* A walk by levels from the subject asked about: all grantees with n steps are expanded before
 * those with n + 1, so that the first way found to one is a shortest. Of equally short ways the one
 * with the smaller ids wins; as all ways to one grantee end in it, comparing where they come from
 * is enough.
 *
 * Cost: one look-up per subject, assignment, role type and group, and one per list of them. */
#include "core/domain/check/grantees.h"

#include "core/domain/check/lineage.h"

int grantee_compare(const struct grantee *a, const struct grantee *b)
{
    int order = (a->steps > b->steps) - (a->steps < b->steps);
    for (; order == 0 && a != NULL && b != NULL && a != b; a = a->via, b = b->via) {
        order = str_cmp(a->id, b->id);
        order = order != 0 ? order : str_cmp(a->role_type, b->role_type);
        order = order != 0 ? order : (a->kind > b->kind) - (a->kind < b->kind);
    }
    return order;
}

static struct grantee **grantees_bucket(const struct grantees *grantees, enum grantee_kind kind,
                                        struct str id)
{
    uint32_t hash = 2166136261u + (uint32_t)kind;
    for (size_t i = 0; i < id.size; i++) {
        hash = (hash ^ (unsigned char)id.data[i]) * 16777619u;
    }
    return (struct grantee **)&grantees->buckets[(hash ^ hash >> 16) % GRANTEE_BUCKETS];
}

static struct grantee *grantees_get(const struct grantees *grantees, enum grantee_kind kind,
                                    struct str id, struct str role_type)
{
    struct grantee *found = *grantees_bucket(grantees, kind, id);
    while (found != NULL &&
           !(found->kind == kind && str_eq(found->id, id) && str_eq(found->role_type, role_type))) {
        found = found->next_of_bucket;
    }
    return found;
}

static void grantees_link(struct grantees *grantees, struct grantee *added)
{
    assert(added->steps < sizeof(grantees->of_steps) / sizeof(grantees->of_steps[0]));
    struct grantee **bucket = grantees_bucket(grantees, added->kind, added->id);
    added->number = grantees->count++;
    added->next_of_bucket = *bucket;
    *bucket = added;
    added->next_of_steps = grantees->of_steps[added->steps];
    grantees->of_steps[added->steps] = added;
    if (grantees->last == NULL) {
        grantees->first = added;
    } else {
        grantees->last->next = added;
    }
    grantees->last = added;
}

/* Adds a grantee, or keeps the better of two ways to one that is there. */
static struct status grantees_add(struct grantees *grantees, const struct grantee *grantee)
{
    struct grantee *known = grantees_get(grantees, grantee->kind, grantee->id, grantee->role_type);
    if (known != NULL) {
        assert(known->steps <= grantee->steps);
        if (grantee_compare(grantee, known) < 0) {
            known->via = grantee->via;
            known->assignment = grantee->assignment;
        }
        return status_ok();
    }
    struct grantee *added;
    ARENA_TRY(grantees->lookup->arena, added, arena_alloc(grantees->lookup->arena, sizeof(*added)));
    *added = *grantee;
    grantees_link(grantees, added);
    return status_ok();
}

/* ---- the subjects it inherits from ---- */

static struct status grantees_add_subjects(struct grantees *grantees,
                                           const Agency__V1__Subject *subject)
{
    struct lineage *lineage;
    const struct grantee *added[1 + LINEAGE_OTHERS_TOLD];
    ARENA_TRY(grantees->lookup->arena, lineage,
              arena_alloc(grantees->lookup->arena, sizeof *lineage));
    TRY(lineage_of(grantees->lookup, subject, (grantees->lenience & LENIENT_DEPTH) != 0, lineage));
    for (size_t i = 0; i < lineage->count; i++) {
        const struct kin *kin = &lineage->items[i];
        TRY(grantees_add(grantees,
                         &(struct grantee){ .kind = GRANTEE_SUBJECT,
                                            .id = kin->id,
                                            .steps = kin->level,
                                            .via = i == 0 ? NULL : added[kin->via - lineage->items],
                                            .subject = kin->subject }));
        added[i] = grantees->last;
    }
    return status_ok();
}

/* ---- their seats and groups ---- */

/* A role type; seats of one type are many. */
static struct status grantees_type(struct grantees *grantees, struct str id,
                                   const Agency__V1__RoleType **type)
{
    size_t kept =
        grantees->types_count < GRANTEE_TYPES_KEPT ? grantees->types_count : GRANTEE_TYPES_KEPT;
    for (size_t i = 0; i < kept; i++) {
        if (str_eq(str_z(grantees->types[i]->role_type), id)) {
            *type = grantees->types[i];
            return status_ok();
        }
    }
    TRY(lookup_known_role_type(grantees->lookup, id, type));
    grantees->types[grantees->types_count++ % GRANTEE_TYPES_KEPT] = *type;
    return status_ok();
}

static struct status grantees_add_seat(struct grantees *grantees, const struct grantee *holder,
                                       struct str assignment_id)
{
    const Agency__V1__Assignment *held;
    TRY(lookup_known_assignment(grantees->lookup, assignment_id, &held));
    if (lookup_expired(grantees->lookup, held->expires_at) &&
        (grantees->lenience & LENIENT_EXPIRED) == 0) {
        return status_ok();
    }
    const Agency__V1__RoleType *type;
    TRY(grantees_type(grantees, str_z(held->role_type), &type));
    return grantees_add(grantees, &(struct grantee){ .kind = GRANTEE_ROLE,
                                                     .id = str_z(held->role_id),
                                                     .steps = holder->steps + 2,
                                                     .via = holder,
                                                     .assignment = held,
                                                     .type = type });
}

static struct status grantees_expand_subject(struct grantees *grantees,
                                             const struct grantee *grantee)
{
    struct str *ids;
    size_t count;
    TRY(lookup_ids(grantees->lookup, INDEX_ASSIGNMENT_BY_SUBJECT, &grantee->id, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(grantees_add_seat(grantees, grantee, ids[i]));
    }
    return status_ok();
}

static bool grantees_group_confers(const struct grantees *grantees, const Agency__V1__Group *group)
{
    return group->status == LIFE_ACTIVE ||
           (group->status == LIFE_ARCHIVED && (grantees->lenience & LENIENT_ARCHIVED) != 0);
}

/* Adds a group by a seat in it (role_type says as what) or by the inclusion of another, unless the
 * way would be too long. */
static struct status grantees_add_group(struct grantees *grantees, const struct grantee *via,
                                        struct str id, struct str role_type,
                                        const Agency__V1__Group *group)
{
    bool deep = (grantees->lenience & LENIENT_DEPTH) != 0;
    if (via->steps == (deep ? GRANTEE_STEPS_TOLD : GRANTEE_STEPS_MAX)) {
        return status_ok();
    }
    return grantees_add(grantees, &(struct grantee){ .kind = GRANTEE_GROUP,
                                                     .id = id,
                                                     .role_type = role_type,
                                                     .steps = via->steps + 1,
                                                     .via = via,
                                                     .group = group });
}

static struct status grantees_expand_seat(struct grantees *grantees, const struct grantee *seat)
{
    for (size_t i = 0; i < seat->assignment->n_group_ids; i++) {
        struct str id = str_z(seat->assignment->group_ids[i]);
        const Agency__V1__Group *group;
        TRY(lookup_known_group(grantees->lookup, id, &group));
        if (!grantees_group_confers(grantees, group)) {
            continue;
        }
        struct str type = str_z(seat->assignment->role_type);
        TRY(grantees_add_group(grantees, seat, id, type, group));
        if (!seat->type->no_membership) {
            TRY(grantees_add_group(grantees, seat, id, (struct str){ 0 }, group));
        }
    }
    return status_ok();
}

/* The members of a group are members of the groups that include it. */
static struct status grantees_expand_group(struct grantees *grantees, const struct grantee *grantee)
{
    if (grantee->role_type.size > 0) {
        return status_ok();
    }
    struct str *ids;
    size_t count;
    TRY(lookup_ids(grantees->lookup, INDEX_GROUP_BY_INCLUDED, &grantee->id, 1, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Group *group;
        TRY(lookup_known_group(grantees->lookup, ids[i], &group));
        if (grantees_group_confers(grantees, group)) {
            TRY(grantees_add_group(grantees, grantee, ids[i], (struct str){ 0 }, group));
        }
    }
    return status_ok();
}

static struct status grantees_expand(struct grantees *grantees, const struct grantee *grantee)
{
    switch (grantee->kind) {
    case GRANTEE_SUBJECT:
        return grantees_expand_subject(grantees, grantee);
    case GRANTEE_ROLE:
        return grantees->groups ? grantees_expand_seat(grantees, grantee) : status_ok();
    case GRANTEE_GROUP:
        return grantees_expand_group(grantees, grantee);
    }
    return status_ok();
}

struct status grantees_of(struct lookup *lookup, const Agency__V1__Subject *subject,
                          unsigned lenience, bool groups, struct grantees *grantees)
{
    assert(subject->status == LIFE_ACTIVE);
    *grantees = (struct grantees){ .lookup = lookup, .lenience = lenience, .groups = groups };
    TRY(grantees_add_subjects(grantees, subject));
    for (size_t steps = 0; steps <= GRANTEE_STEPS_TOLD; steps++) {
        struct grantee *grantee = grantees->of_steps[steps];
        for (; grantee != NULL; grantee = grantee->next_of_steps) {
            TRY(grantees_expand(grantees, grantee));
        }
    }
    return status_ok();
}

bool grantees_listed_before(const struct grantees *grantees, const struct grantee *grantee)
{
    const struct grantee *other = *grantees_bucket(grantees, grantee->kind, grantee->id);
    for (; other != NULL; other = other->next_of_bucket) {
        if (other->number < grantee->number && other->kind == grantee->kind &&
            str_eq(other->id, grantee->id)) {
            return true;
        }
    }
    return false;
}

const struct grantee *grantees_find(const struct grantees *grantees,
                                    const Agency__V1__Grantee *grantee)
{
    const enum grantee_kind kind = (enum grantee_kind)grantee->kind;
    const struct str id = str_z(grantee->id);
    if (grantee->n_role_types == 0) {
        return grantees_get(grantees, kind, id, (struct str){ 0 });
    }
    const struct grantee *best = NULL;
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        const struct grantee *found =
            grantees_get(grantees, kind, id, str_z(grantee->role_types[i]));
        if (found != NULL && (best == NULL || grantee_compare(found, best) < 0)) {
            best = found;
        }
    }
    return best;
}
