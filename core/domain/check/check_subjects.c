/* From the grants on the objects down to whoever they reach: the same rows as Check's, from the
 * other end. That the two agree is tested on random orgs: tests/unit/domain/test_check_lists.c. */
#include "core/domain/check/check_subjects.h"

#include "core/domain/check/check.h"
#include "core/domain/check/grantees.h"
#include "core/domain/check/holders.h"
#include "core/domain/check/implied.h"
#include "core/domain/kernel/index.h"

/* Adds those who hold what a grant is for. */
static struct status subjects_add_grantee(struct lookup *lookup, const Agency__V1__Grantee *grantee,
                                          struct holders *holders, struct ids *subjects)
{
    const struct str id = str_z(grantee->id);
    const Agency__V1__Group *group;
    if ((unsigned)grantee->kind == GRANTEE_SUBJECT) {
        return ids_add(subjects, id);
    }
    if ((unsigned)grantee->kind == GRANTEE_ROLE) {
        return holders_add_role(holders, id);
    }
    TRY(lookup_known_group(lookup, id, &group));
    if (group->status != LIFE_ACTIVE) {
        return status_ok();
    }
    for (size_t i = 0; i < grantee->n_role_types; i++) {
        TRY(holders_add_group_type(holders, id, str_z(grantee->role_types[i])));
    }
    return grantee->n_role_types > 0 ? status_ok() : holders_add_members(holders, id);
}

static struct status subjects_add_grants(struct lookup *lookup, const struct object *object,
                                         struct str permission, struct holders *holders,
                                         struct ids *subjects)
{
    const struct str parts[] = { index_kind(object->kind), object->id, permission };
    struct str *ids;
    size_t count;
    TRY(lookup_ids(lookup, INDEX_GRANT_BY_OBJECT, parts, 3, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Grant *grant;
        TRY(lookup_known_grant(lookup, ids[i], &grant));
        if (grantee_grant_counts(lookup, grant)) {
            TRY(subjects_add_grantee(lookup, grant->grantee, holders, subjects));
        }
    }
    return status_ok();
}

/* Adds the holders of seats whose type has the permission, where the seat's scope covers the
 * object. */
static struct status subjects_add_types(struct lookup *lookup, const struct objects *objects,
                                        struct str permission, struct holders *holders)
{
    struct str *types;
    size_t count;
    TRY(lookup_ids(lookup, INDEX_ROLE_TYPE_BY_PERMISSION, &permission, 1, &types, &count));
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < objects->count; j++) {
            const struct object *scope = &objects->items[j];
            if (scope->kind == OBJECT_ORG || scope->kind == OBJECT_JOB_SPACE) {
                TRY(holders_add_scope(holders, types[i], scope->id));
            }
        }
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

/* Whether Check allows it to an heir: how much it inherits has limits of its own (grantees.h). */
static struct status subjects_inherits(struct lookup *lookup, const struct check_question *question,
                                       struct str subject_id, bool *inherits)
{
    struct check_question asked = *question;
    struct check_answer answer;
    asked.subject_id = subject_id;
    TRY(check(lookup->view, lookup->arena, lookup->at_us, &asked, &answer));
    if (answer.lookups > lookup->left) {
        return lookup_exhausted();
    }
    lookup->left -= answer.lookups;
    *inherits = answer.allowed;
    return status_ok();
}

/* Adds who inherits, level by level; the relation has no cycles. */
static struct status subjects_add_heirs(struct lookup *lookup,
                                        const struct check_question *question, struct ids *subjects)
{
    struct ids level = { .arena = lookup->arena };
    TRY(ids_add_all(&level, subjects->items, subjects->count));
    for (size_t levels = 0; level.count > 0 && levels < GRANTEE_LEVELS_MAX; levels++) {
        struct ids next = { .arena = lookup->arena };
        TRY(subjects_children(lookup, &level, &next));
        for (size_t i = 0; i < next.count; i++) {
            bool inherits = false;
            TRY(subjects_inherits(lookup, question, next.items[i], &inherits));
            if (inherits) {
                TRY(ids_add(subjects, next.items[i]));
            }
        }
        level = next;
    }
    ids_sort(subjects);
    return status_ok();
}

/* Sorted, ACTIVE, with all who inherit from them. */
static struct status subjects_finish(struct lookup *lookup, const struct check_question *question,
                                     const struct holders *holders, struct ids *subjects)
{
    for (size_t i = 0; i < holders->count; i++) {
        TRY(ids_add(subjects, holders->items[i].subject_id));
    }
    ids_sort(subjects);
    TRY(subjects_keep_active(lookup, subjects));
    return subjects_add_heirs(lookup, question, subjects);
}

struct status check_subjects(const struct view *view, struct arena *arena, int64_t at_us,
                             struct str permission, struct object object, struct ids *subject_ids)
{
    struct lookup lookup = lookup_of_list(view, arena, at_us);
    struct holders holders = { .lookup = &lookup };
    struct objects objects;
    struct implied implied;
    bool active;
    *subject_ids = (struct ids){ .arena = arena };
    TRY(lookup_org_active(&lookup, &active));
    TRY(objects_covering(&lookup, object, &objects));
    TRY(implied_of(&lookup, permission, &implied));
    TRY(objects_known(&objects, object));
    TRY(implied_known(&implied));
    if (!active || objects.state != OBJECT_LIVE) {
        return status_ok();
    }
    for (size_t i = 0; i < implied.count; i++) {
        TRY(subjects_add_types(&lookup, &objects, implied.items[i], &holders));
        for (size_t j = 0; j < objects.count; j++) {
            TRY(subjects_add_grants(&lookup, &objects.items[j], implied.items[i], &holders,
                                    subject_ids));
        }
    }
    const struct check_question question = { .permission = permission, .object = object };
    return subjects_finish(&lookup, &question, &holders, subject_ids);
}
