/* From the grants on the objects down to whoever they reach: the same rows as Check's, from the
 * other end. Whom only a grant with a condition reaches, or who inherits, is asked about by a Check
 * of his own. That the two agree is tested on random orgs: tests/unit/domain/test_check_lists.c. */
#include "core/domain/check/check_subjects.h"

#include "core/domain/check/grantees.h"
#include "core/domain/check/holders.h"
#include "core/domain/check/implied.h"
#include "core/domain/kernel/index.h"

/* Those whom some grants reach. */
struct reach {
    struct holders holders;
    struct ids subjects;
};

struct subjects {
    struct lookup *lookup;
    const struct check_question *question;
    struct reach sure;  /* by grants without a condition */
    struct reach maybe; /* by the others */
    struct listed_items list;
};

/* Adds those who hold what a grant is for. */
static struct status subjects_add_grantee(struct lookup *lookup, const Agency__V1__Grantee *grantee,
                                          struct reach *reach)
{
    const struct str id = str_z(grantee->id);
    const Agency__V1__Group *group;
    if ((unsigned)grantee->kind == GRANTEE_SUBJECT) {
        return ids_add(&reach->subjects, id);
    }
    if ((unsigned)grantee->kind == GRANTEE_ROLE) {
        return holders_add_role(&reach->holders, id);
    }
    TRY(lookup_known_group(lookup, id, &group));
    if (group->status != LIFE_ACTIVE) {
        return status_ok();
    }
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        TRY(holders_add_group_type(&reach->holders, id, str_z(grantee->role_types[i])));
    }
    return grantee->n_role_types > 0 ? status_ok() : holders_add_members(&reach->holders, id);
}

static struct reach *subjects_reach(struct subjects *subjects, const char *condition)
{
    return condition[0] == '\0' ? &subjects->sure : &subjects->maybe;
}

static struct status subjects_add_grants(struct subjects *subjects, const struct object *object,
                                         struct str permission)
{
    const struct str parts[] = { index_kind(object->kind), object->id, permission };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(subjects->lookup, INDEX_GRANT_BY_OBJECT, parts, 3, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(subjects->lookup, ids[i], &grant));
        if (!lookup_expired(subjects->lookup, grant->expires_at)) {
            TRY(subjects_add_grantee(subjects->lookup, grant->grantee,
                                     subjects_reach(subjects, grant->condition)));
        }
    }
    return status_ok();
}

static struct status subjects_add_type(struct subjects *subjects, const struct objects *objects,
                                       struct str id)
{
    const Agency__V1__RoleType *type;
    TRY(lookup_known_role_type(subjects->lookup, id, &type));
    struct reach *reach = subjects_reach(subjects, type->condition);
    for (size_t i = 0; i < objects->count; i++) {
        const struct object *scope = &objects->items[i];
        if (scope->kind == OBJECT_ORG || scope->kind == OBJECT_JOB_SPACE) {
            TRY(holders_add_scope(&reach->holders, id, scope->id));
        }
    }
    return status_ok();
}

/* Adds the holders of seats whose type has the permission, where the seat's scope covers the
 * object. */
static struct status subjects_add_types(struct subjects *subjects, const struct objects *objects,
                                        struct str permission)
{
    struct str *types;
    size_t count;
    TRY(lookup_ids(subjects->lookup, INDEX_ROLE_TYPE_BY_PERMISSION, &permission, 1, &types,
                   &count));
    for (size_t i = 0; i < count; i++) {
        TRY(subjects_add_type(subjects, objects, types[i]));
    }
    return status_ok();
}

static struct status subjects_keep_active(struct lookup *lookup, struct ids *subjects)
{
    size_t kept = 0;
    for (size_t i = 0; i < subjects->count; i++) {
        const Agency__V1__Subject *subject;
        TRY(lookup_known_subject(lookup, subjects->items[i], &subject));
        if (subject->status == LIFE_ACTIVE) {
            subjects->items[kept++] = subjects->items[i];
        }
    }
    subjects->count = kept;
    return status_ok();
}

/* The subjects that some grants reach: each ACTIVE one once, in order. */
static struct status subjects_reached(struct lookup *lookup, struct reach *reach)
{
    for (size_t i = 0; i < reach->holders.count; i++) {
        TRY(ids_add(&reach->subjects, reach->holders.items[i].subject_id));
    }
    ids_sort(&reach->subjects);
    return subjects_keep_active(lookup, &reach->subjects);
}

/* The ACTIVE subjects that inherit from one of these. */
static struct status subjects_children(struct lookup *lookup, const struct ids *of,
                                       struct ids *children)
{
    for (size_t i = 0; i < of->count; i++) {
        struct str *ids;
        size_t count;
        TRY(lookup_ids(lookup, INDEX_SUBJECT_BY_PARENT, &of->items[i], 1, &ids, &count));
        TRY(ids_add_all(children, ids, count));
    }
    ids_sort(children);
    return subjects_keep_active(lookup, children);
}

/* Adds those whom Check allows it, and those of whom nobody knows. */
static struct status subjects_ask(struct subjects *subjects, const struct ids *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        struct check_question question = *subjects->question;
        const struct listed item = { .kind = OBJECT_SUBJECT, .id = ids->items[i] };
        question.subject_id = ids->items[i];
        if (!ids_have(&subjects->sure.subjects, ids->items[i])) {
            TRY(listed_ask(&subjects->list, &question, &item));
        }
    }
    return status_ok();
}

/* Adds who inherits, level by level; the relation has no cycles. How much an heir inherits has
 * limits of its own (grantees.h). */
static struct status subjects_add_heirs(struct subjects *subjects)
{
    struct lookup *lookup = subjects->lookup;
    struct ids level = { .arena = lookup->arena };
    TRY(ids_add_all(&level, subjects->sure.subjects.items, subjects->sure.subjects.count));
    TRY(ids_add_all(&level, subjects->maybe.subjects.items, subjects->maybe.subjects.count));
    for (size_t levels = 0; level.count > 0 && levels < GRANTEE_LEVELS_MAX; levels++) {
        struct ids next = { .arena = lookup->arena };
        TRY(subjects_children(lookup, &level, &next));
        TRY(subjects_ask(subjects, &next));
        level = next;
    }
    return status_ok();
}

static struct status subjects_finish(struct subjects *subjects)
{
    TRY(subjects_reached(subjects->lookup, &subjects->sure));
    TRY(subjects_reached(subjects->lookup, &subjects->maybe));
    for (size_t i = 0; i < subjects->sure.subjects.count; i++) {
        const struct listed item = { .kind = OBJECT_SUBJECT,
                                     .id = subjects->sure.subjects.items[i] };
        TRY(listed_add(&subjects->list, &item));
    }
    TRY(subjects_ask(subjects, &subjects->maybe.subjects));
    TRY(subjects_add_heirs(subjects));
    listed_sort(&subjects->list);
    return status_ok();
}

static struct status subjects_find(struct subjects *subjects, const struct objects *objects,
                                   const struct implied *implied)
{
    for (size_t i = 0; i < implied->count; i++) {
        TRY(subjects_add_types(subjects, objects, implied->items[i]));
        for (size_t j = 0; j < objects->count; j++) {
            TRY(subjects_add_grants(subjects, &objects->items[j], implied->items[i]));
        }
    }
    return subjects_finish(subjects);
}

struct status check_subjects(const struct view *view, struct arena *arena, int64_t at_us,
                             const struct check_question *question, struct listed **items,
                             size_t *items_count)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    struct subjects subjects = {
        .lookup = &lookup,
        .question = question,
        .sure = { .holders = { .lookup = &lookup }, .subjects = { .arena = arena } },
        .maybe = { .holders = { .lookup = &lookup }, .subjects = { .arena = arena } },
        .list = { .lookup = &lookup },
    };
    struct objects objects;
    struct implied implied;
    bool active;
    TRY(lookup_org_active(&lookup, &active));
    TRY(objects_covering(&lookup, question->object, &objects));
    TRY(implied_of(&lookup, question->permission, &implied));
    TRY(objects_known(&objects, question->object));
    TRY(implied_known(&implied));
    if (active && objects.state == OBJECT_LIVE) {
        TRY(subjects_find(&subjects, &objects, &implied));
    }
    *items = subjects.list.items;
    *items_count = subjects.list.count;
    return status_ok();
}
