/* Subjects: whoever can act. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/rules.h"
#include "core/domain/kernel/targets.h"

static const uint32_t subject_lives = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED);

static bool subject_has_parent(const Agency__V1__Subject *subject, const char *parent_id)
{
    return subject != NULL &&
           ids_listed(subject->parent_subject_ids, subject->n_parent_subject_ids, str_z(parent_id));
}

static struct status subject_check_parents(struct decide *d,
                                           const Agency__V1__SetSubjectParents *command)
{
    TRY_ACCEPTED(d, rules_check_distinct(d, "parent_subject_ids", command->parent_subject_ids,
                                         command->n_parent_subject_ids));
    for (size_t i = 0; i < command->n_parent_subject_ids; i++) {
        const Agency__V1__Subject *parent;
        TRY_ACCEPTED(d,
                     rules_find_subject(d, command->parent_subject_ids[i], subject_lives, &parent));
    }
    return status_ok();
}

/* Subjects above the one named, over all levels, after the event. */
static struct status subject_check_inherited(struct decide *d, const char *subject_id)
{
    struct ids above = { .arena = d->arena };
    TRY_ACCEPTED(d, hierarchy_walk(d, HIERARCHY_SUBJECT_PARENTS, HIERARCHY_UP, subject_id, &above));
    if (above.count - 1 > HIERARCHY_SUBJECTS_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d subjects above subject '%s', but there would be "
                             "%zu",
                             HIERARCHY_SUBJECTS_MAX, subject_id, above.count - 1);
    }
    return status_ok();
}

/* What others put above the parents that stay, and below the subject, is theirs: it counts only
 * against what is new. */
static struct status subject_check_new_parents(struct decide *d, const Agency__V1__Subject *before,
                                               const Agency__V1__SubjectParentsSet *event)
{
    bool any = false;
    for (size_t i = 0; i < event->n_parent_subject_ids; i++) {
        if (subject_has_parent(before, event->parent_subject_ids[i])) {
            continue;
        }
        any = true;
        TRY_ACCEPTED(d, hierarchy_check_new_above(d, HIERARCHY_SUBJECT_PARENTS, event->subject_id,
                                                  event->parent_subject_ids[i]));
    }
    return any ? subject_check_inherited(d, event->subject_id) : status_ok();
}

struct status decide_set_subject_parents(struct decide *d,
                                         const Agency__V1__SetSubjectParents *command)
{
    const Agency__V1__Subject *subject;
    Agency__V1__SubjectParentsSet event = AGENCY__V1__SUBJECT_PARENTS_SET__INIT;
    event.subject_id = command->subject_id;
    event.n_parent_subject_ids = command->n_parent_subject_ids;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    TRY_ACCEPTED(d, subject_check_parents(d, command));
    TRY(rules_sort(d->arena, command->parent_subject_ids, command->n_parent_subject_ids,
                   &event.parent_subject_ids));
    if (ids_same(subject->parent_subject_ids, subject->n_parent_subject_ids,
                 event.parent_subject_ids, event.n_parent_subject_ids)) {
        return status_ok();
    }
    TRY_ACCEPTED(d, emit_subject_parents_set(d, &event));
    return subject_check_new_parents(d, subject, &event);
}

/* ---- where permissions are asked ---- */

struct status targets_parents(struct decide *d, struct targets *targets)
{
    const Agency__V1__SetSubjectParents *command = d->command->set_subject_parents;
    const Agency__V1__Subject *subject;
    if (command->n_parent_subject_ids > LIST_ITEMS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected at most %d parents, not %zu",
                             LIST_ITEMS_MAX, command->n_parent_subject_ids);
    }
    TRY(view_subject(d->view, str_z(command->subject_id), &subject));
    for (size_t i = 0; i < command->n_parent_subject_ids; i++) {
        const char *parent_id = command->parent_subject_ids[i];
        if (!subject_has_parent(subject, parent_id)) {
            targets_add(targets, (struct object){ OBJECT_SUBJECT, str_z(parent_id) });
        }
    }
    targets_add_self(d, targets);
    return status_ok();
}

/* ---- evolve ---- */

/* A subject that is restored later inherits nothing, so its parents go now. */
struct status evolve_subject_removed(const struct evolve *evolve,
                                     const Agency__V1__SubjectRemoved *event, void *entity)
{
    Agency__V1__Subject *subject = entity;
    (void)evolve;
    (void)event;
    subject->n_parent_subject_ids = 0;
    subject->parent_subject_ids = NULL;
    return status_ok();
}

/* What clients gave goes, labels too; its profiles of before stay, and nobody has their key. */
struct status evolve_subject_erased(const struct evolve *evolve,
                                    const Agency__V1__SubjectErased *event, void *entity)
{
    Agency__V1__Subject *subject = entity;
    (void)event;
    fields_erase(&subject->base, registry_entity(ENTITY_SUBJECT)->key_parts);
    subject->n_parent_subject_ids = 0;
    subject->parent_subject_ids = NULL;
    ARENA_TRY(evolve->arena, subject->profile,
              arena_alloc(evolve->arena, sizeof *subject->profile));
    agency__v1__profile__init(subject->profile);
    subject->profile->erased = true;
    return status_ok();
}
