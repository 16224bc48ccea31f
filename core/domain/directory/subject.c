/* Subjects: whoever can act. */
#include "core/domain/kernel/cascade.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/rules.h"

static const uint32_t subject_lives = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED);

struct status decide_register_subject(struct decide *d, const Agency__V1__RegisterSubject *command)
{
    const Agency__V1__Subject *none;
    TRY_ACCEPTED(d, life_find_subject(d, &none));
    TRY_ACCEPTED(d, rules_check_name(d, ENTITY_SUBJECT, command->subject_id, command->name));
    Agency__V1__SubjectRegistered event = AGENCY__V1__SUBJECT_REGISTERED__INIT;
    fields_copy(&command->base, &event.base);
    return emit_subject_registered(d, &event);
}

struct status decide_update_subject(struct decide *d, const Agency__V1__UpdateSubject *command)
{
    const Agency__V1__Subject *subject;
    Agency__V1__SubjectUpdated event = AGENCY__V1__SUBJECT_UPDATED__INIT;
    event.subject_id = command->subject_id;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    TRY(rules_update(d, &subject->base, &command->base, command->update_mask, &event.base,
                     &event.update_mask));
    return event.update_mask == NULL ? status_ok() : emit_subject_updated(d, &event);
}

struct status decide_suspend_subject(struct decide *d, const Agency__V1__SuspendSubject *command)
{
    const Agency__V1__Subject *subject;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    if (subject->status == LIFE_SUSPENDED) {
        return status_ok();
    }
    Agency__V1__SubjectSuspended event = AGENCY__V1__SUBJECT_SUSPENDED__INIT;
    event.subject_id = command->subject_id;
    return emit_subject_suspended(d, &event);
}

struct status decide_resume_subject(struct decide *d, const Agency__V1__ResumeSubject *command)
{
    const Agency__V1__Subject *subject;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    if (subject->status == LIFE_ACTIVE) {
        return status_ok();
    }
    Agency__V1__SubjectResumed event = AGENCY__V1__SUBJECT_RESUMED__INIT;
    event.subject_id = command->subject_id;
    return emit_subject_resumed(d, &event);
}

struct status decide_remove_subject(struct decide *d, const Agency__V1__RemoveSubject *command)
{
    const Agency__V1__Subject *subject;
    const char *id = command->subject_id;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    if (subject->status == LIFE_REMOVED) {
        return status_ok();
    }
    struct cascade cascade = cascade_make(d);
    TRY_ACCEPTED(d, cascade_add_assignments_of_subject(&cascade, id));
    TRY_ACCEPTED(
        d, cascade_add_grants_to(&cascade, AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT, id));
    TRY_ACCEPTED(d,
                 cascade_add_grants_on(&cascade, AGENCY__V1__OBJECT_KIND__OBJECT_KIND_SUBJECT, id));
    TRY_ACCEPTED(d, cascade_add_credentials(&cascade, id));
    TRY_ACCEPTED(d, cascade_check(&cascade));
    Agency__V1__SubjectRemoved event = AGENCY__V1__SUBJECT_REMOVED__INIT;
    event.subject_id = command->subject_id;
    TRY_ACCEPTED(d, emit_subject_removed(d, &event));
    return cascade_emit(&cascade);
}

struct status decide_restore_subject(struct decide *d, const Agency__V1__RestoreSubject *command)
{
    const Agency__V1__Subject *subject;
    TRY_ACCEPTED(d, life_find_subject(d, &subject));
    if (subject->status == LIFE_ACTIVE) {
        return status_ok();
    }
    TRY_ACCEPTED(d, rules_check_name(d, ENTITY_SUBJECT, command->subject_id, subject->name));
    Agency__V1__SubjectRestored event = AGENCY__V1__SUBJECT_RESTORED__INIT;
    event.subject_id = command->subject_id;
    return emit_subject_restored(d, &event);
}

static bool subject_has_parents(const Agency__V1__Subject *subject, char *const *parents,
                                size_t parents_count)
{
    bool same = subject->n_parent_subject_ids == parents_count;
    for (size_t i = 0; same && i < parents_count; i++) {
        same = strcmp(subject->parent_subject_ids[i], parents[i]) == 0;
    }
    return same;
}

static bool subject_has_parent(const Agency__V1__Subject *subject, const char *parent_id)
{
    bool has = false;
    for (size_t i = 0; !has && i < subject->n_parent_subject_ids; i++) {
        has = strcmp(subject->parent_subject_ids[i], parent_id) == 0;
    }
    return has;
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
    if (subject_has_parents(subject, event.parent_subject_ids, event.n_parent_subject_ids)) {
        return status_ok();
    }
    TRY_ACCEPTED(d, emit_subject_parents_set(d, &event));
    return subject_check_new_parents(d, subject, &event);
}

struct status evolve_subject_registered(const struct evolve *evolve,
                                        const Agency__V1__SubjectRegistered *event,
                                        Agency__V1__Subject *subject)
{
    (void)evolve;
    fields_copy(&event->base, &subject->base);
    subject->status = LIFE_ACTIVE;
    return status_ok();
}

struct status evolve_subject_updated(const struct evolve *evolve,
                                     const Agency__V1__SubjectUpdated *event,
                                     Agency__V1__Subject *subject)
{
    (void)evolve;
    return fields_copy_masked(&event->base, event->update_mask, &subject->base);
}

struct status evolve_subject_suspended(const struct evolve *evolve,
                                       const Agency__V1__SubjectSuspended *event,
                                       Agency__V1__Subject *subject)
{
    (void)evolve;
    (void)event;
    subject->status = LIFE_SUSPENDED;
    return status_ok();
}

struct status evolve_subject_resumed(const struct evolve *evolve,
                                     const Agency__V1__SubjectResumed *event,
                                     Agency__V1__Subject *subject)
{
    (void)evolve;
    (void)event;
    subject->status = LIFE_ACTIVE;
    return status_ok();
}

/* A subject that is restored later inherits nothing, so its parents go now. */
struct status evolve_subject_removed(const struct evolve *evolve,
                                     const Agency__V1__SubjectRemoved *event,
                                     Agency__V1__Subject *subject)
{
    (void)evolve;
    (void)event;
    subject->n_parent_subject_ids = 0;
    subject->parent_subject_ids = NULL;
    subject->status = LIFE_REMOVED;
    return status_ok();
}

struct status evolve_subject_restored(const struct evolve *evolve,
                                      const Agency__V1__SubjectRestored *event,
                                      Agency__V1__Subject *subject)
{
    (void)evolve;
    (void)event;
    subject->status = LIFE_ACTIVE;
    return status_ok();
}

struct status evolve_subject_parents_set(const struct evolve *evolve,
                                         const Agency__V1__SubjectParentsSet *event,
                                         Agency__V1__Subject *subject)
{
    (void)evolve;
    subject->n_parent_subject_ids = event->n_parent_subject_ids;
    subject->parent_subject_ids = event->parent_subject_ids;
    return status_ok();
}
