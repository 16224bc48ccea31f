/* All grants to all that a subject counts as: the same rows as Check's. That the two agree is
 * tested on random orgs: tests/unit/domain/test_check_lists.c. */
#include "core/domain/check/check_held.h"

#include <stdlib.h>

#include "core/domain/check/condition.h"
#include "core/domain/check/grantees.h"
#include "core/domain/check/implied.h"
#include "core/domain/check/objects_below.h"
#include "core/domain/kernel/index.h"

struct held {
    struct lookup *lookup;
    struct grantees grantees;
    struct check_held *items;
    size_t count;
    size_t cap;
};

static struct status held_add(struct held *held, const struct check_held *item)
{
    ARENA_TRY(
        held->lookup->arena, held->items,
        arena_grow(held->lookup->arena, held->items, held->count, sizeof *held->items, &held->cap));
    held->items[held->count++] = *item;
    return status_ok();
}

/* The seat on the way from a grantee to the subject. */
static struct str held_seat(const struct grantee *grantee)
{
    while (grantee != NULL && grantee->kind != GRANTEE_ROLE) {
        grantee = grantee->via;
    }
    return grantee == NULL ? STR("") : grantee->id;
}

static struct status held_add_types(struct held *held, const struct grantee *seat)
{
    const struct condition *condition;
    TRY(condition_of_type(held->lookup->arena, seat->type, &condition));
    for (size_t i = 0; i < seat->type->n_permissions; i++) {
        const struct check_held item = {
            .permission = str_z(seat->type->permissions[i]),
            .on = object_scope(str_z(seat->assignment->job_space_id)),
            .role_id = seat->id,
            .condition = condition,
        };
        TRY(held_add(held, &item));
    }
    return status_ok();
}

static struct status held_add_grants(struct held *held, const struct grantee *grantee)
{
    const struct str parts[] = { index_kind(grantee->kind), grantee->id };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(held->lookup, INDEX_GRANT_BY_GRANTEE, parts, 2, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(held->lookup, ids[i], &grant));
        const struct grantee *by = grantees_find(&held->grantees, grant->grantee);
        if (by == NULL || lookup_expired(held->lookup, grant->expires_at)) {
            continue;
        }
        const struct condition *condition;
        TRY(condition_of_grant(held->lookup->arena, grant, &condition));
        const struct check_held item = {
            .permission = str_z(grant->permission),
            .on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) },
            .grant_id = str_z(grant->grant_id),
            .role_id = held_seat(by),
            .condition = condition,
        };
        TRY(held_add(held, &item));
    }
    return status_ok();
}

/* All that an ACTIVE subject of an ACTIVE org has. */
static struct status held_collect(struct held *held, struct str subject_id)
{
    const Agency__V1__Subject *subject;
    bool active;
    TRY(lookup_org_active(held->lookup, &active));
    TRY(lookup_subject(held->lookup, subject_id, &subject));
    if (subject == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected a subject, but there is no '%.*s'",
                            STR_ARG(subject_id));
    }
    if (!active || subject->status != LIFE_ACTIVE) {
        return status_ok();
    }
    TRY(grantees_of(held->lookup, subject, 0, true, &held->grantees));
    const struct grantee *grantee = held->grantees.first;
    for (; grantee != NULL; grantee = grantee->next) {
        if (grantee->kind == GRANTEE_ROLE) {
            TRY(held_add_types(held, grantee));
        }
        if (!grantees_listed_before(&held->grantees, grantee)) {
            TRY(held_add_grants(held, grantee));
        }
    }
    return status_ok();
}

/* Check denies everybody what is archived or removed, or lies below it; assets of a type are live
 * or not each by itself. */
static struct status held_is_live(struct lookup *lookup, const struct object *on, bool *live)
{
    struct objects covering = { .state = OBJECT_LIVE };
    if (on->kind != OBJECT_ASSET_TYPE) {
        TRY(objects_covering(lookup, *on, &covering));
    }
    *live = covering.state == OBJECT_LIVE;
    return status_ok();
}

static struct status held_keep_live(struct held *held)
{
    size_t kept = 0;
    for (size_t i = 0; i < held->count; i++) {
        bool live;
        TRY(held_is_live(held->lookup, &held->items[i].on, &live));
        if (live) {
            held->items[kept++] = held->items[i];
        }
    }
    held->count = kept;
    return status_ok();
}

static int held_compare(const void *a, const void *b)
{
    const struct check_held *left = a, *right = b;
    int order = str_cmp(left->permission, right->permission);
    order =
        order != 0 ? order : (left->on.kind > right->on.kind) - (left->on.kind < right->on.kind);
    order = order != 0 ? order : str_cmp(left->on.id, right->on.id);
    order = order != 0 ? order : str_cmp(left->grant_id, right->grant_id);
    return order != 0 ? order : str_cmp(left->role_id, right->role_id);
}

struct status check_held_permissions(const struct view *view, struct arena *arena, int64_t at_us,
                                     struct str subject_id, struct check_held **items,
                                     size_t *items_count)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    struct held held = { .lookup = &lookup };
    TRY(held_collect(&held, subject_id));
    TRY(held_keep_live(&held));
    if (held.count > 0) {
        qsort(held.items, held.count, sizeof *held.items, held_compare);
    }
    *items = held.items;
    *items_count = held.count;
    return status_ok();
}

/* ---- where ---- */

/* The objects that a list of them covers, each once. */
struct held_objects {
    struct lookup *lookup;
    const struct check_question *question;
    const Agency__V1__Subject *subject;
    struct objects_list sure;  /* by what holds always */
    struct objects_list maybe; /* by what holds under a condition */
    struct listed_items list;
};

/* What is granted on the org is on all that is in it, which nobody lists: it holds for all alike
 * where its condition does not depend on the object. */
static struct status held_org(struct held_objects *objects, const struct condition *condition)
{
    uint64_t gas_used = 0;
    struct check_question question = *objects->question;
    struct conditions conditions = { .view = objects->lookup->view,
                                     .arena = objects->lookup->arena,
                                     .at_us = objects->lookup->at_us,
                                     .question = &question,
                                     .subject = objects->subject };
    struct listed org = { .kind = OBJECT_ORG, .id = STR(""), .conditional = true };
    enum condition_result result = CONDITION_MISSING;
    bool of_object;
    question.gas_used = &gas_used;
    TRY(condition_is_of_object(conditions.view, conditions.arena, condition, &of_object));
    if (!of_object) {
        TRY(condition_alone(&conditions, condition, &result, &org.missing, &org.missing_count));
    }
    TRY(lookup_charge(objects->lookup, gas_used / LISTED_GAS_A_LOOKUP));
    org.conditional = result == CONDITION_MISSING;
    return org.conditional || result == CONDITION_HOLDS ? listed_add(&objects->list, &org)
                                                        : status_ok();
}

static struct status held_objects_add(struct held_objects *objects, const struct check_held *held)
{
    if (held->condition == NULL) {
        return objects_list_below(&objects->sure, held->on);
    }
    return held->on.kind == OBJECT_ORG ? held_org(objects, held->condition)
                                       : objects_list_below(&objects->maybe, held->on);
}

static struct status held_objects_list(struct held_objects *objects)
{
    objects_list_sort(&objects->sure);
    objects_list_sort(&objects->maybe);
    for (size_t i = 0; i < objects->sure.count; i++) {
        const struct listed item = { .kind = objects->sure.items[i].kind,
                                     .id = objects->sure.items[i].id };
        TRY(listed_add(&objects->list, &item));
    }
    for (size_t i = 0; i < objects->maybe.count; i++) {
        struct check_question question = *objects->question;
        const struct object object = objects->maybe.items[i];
        const struct listed item = { .kind = object.kind, .id = object.id };
        question.object = object;
        if (!objects_list_has(&objects->sure, object)) {
            TRY(listed_ask(&objects->list, &question, &item));
        }
    }
    listed_sort(&objects->list);
    return status_ok();
}

static bool held_everything(const struct listed *items, size_t count)
{
    return count > 0 && items[0].kind == OBJECT_ORG && !items[0].conditional; /* the first kind */
}

struct status check_held_objects(const struct view *view, struct arena *arena, int64_t at_us,
                                 const struct check_question *question, struct listed **items,
                                 size_t *items_count)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    struct held held = { .lookup = &lookup };
    struct held_objects objects = { .lookup = &lookup,
                                    .question = question,
                                    .sure = { .lookup = &lookup },
                                    .maybe = { .lookup = &lookup },
                                    .list = { .lookup = &lookup } };
    struct implied implied;
    TRY(implied_of(&lookup, question->permission, &implied));
    TRY(implied_known(&implied));
    TRY(held_collect(&held, question->subject_id));
    TRY(lookup_known_subject(&lookup, question->subject_id, &objects.subject));
    for (size_t i = 0; i < held.count; i++) {
        if (implied_contain(&implied, held.items[i].permission)) {
            TRY(held_objects_add(&objects, &held.items[i]));
        }
    }
    TRY(held_objects_list(&objects));
    *items = objects.list.items;
    *items_count = held_everything(*items, objects.list.count) ? 1 : objects.list.count;
    return status_ok();
}
