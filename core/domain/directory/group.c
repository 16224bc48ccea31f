/* Groups: teams, departments, committees. Their members are the holders of their seats, and those
 * of the groups they include; a parent gives its members nothing. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"

/* ---- decide ---- */

static struct status group_check_parent(struct decide *d, const char *parent_group_id)
{
    const Agency__V1__Group *parent;
    return parent_group_id[0] == '\0' ? status_ok()
                                      : rules_find_group(d, parent_group_id, LIVES_KEPT, &parent);
}

struct status decide_create_group(struct decide *d, const Agency__V1__CreateGroup *command)
{
    const Agency__V1__Group *group = command->group;
    const Agency__V1__JobSpace *job_space;
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, group_check_parent(d, group->parent_group_id));
    if (group->job_space_id[0] != '\0') {
        TRY_ACCEPTED(d, rules_find_job_space(d, group->job_space_id, LIVES_ACTIVE, &job_space));
    }
    TRY_ACCEPTED(d, plain_emit(d, &group->base));
    return hierarchy_check(d, HIERARCHY_GROUP_PARENTS, group->group_id);
}

struct status decide_set_group_parent(struct decide *d, const Agency__V1__SetGroupParent *command)
{
    const Agency__V1__Group *group;
    Agency__V1__GroupParentSet event = AGENCY__V1__GROUP_PARENT_SET__INIT;
    TRY_ACCEPTED(d, life_find_group(d, &group));
    if (strcmp(group->parent_group_id, command->parent_group_id) == 0) {
        return status_ok();
    }
    TRY_ACCEPTED(d, group_check_parent(d, command->parent_group_id));
    fields_copy(&command->base, &event.base);
    TRY_ACCEPTED(d, emit_group_parent_set(d, &event));
    return hierarchy_check(d, HIERARCHY_GROUP_PARENTS, command->group_id);
}

/* The place of an included group in the list, or the list's length. */
static size_t group_included_at(const Agency__V1__Group *group, const char *group_id)
{
    size_t i = 0;
    while (i < group->n_included_group_ids && strcmp(group->included_group_ids[i], group_id) != 0) {
        i++;
    }
    return i;
}

struct status decide_include_group(struct decide *d, const Agency__V1__IncludeGroup *command)
{
    const Agency__V1__Group *group, *included;
    Agency__V1__GroupIncluded event = AGENCY__V1__GROUP_INCLUDED__INIT;
    TRY_ACCEPTED(d, life_find_group(d, &group));
    if (group_included_at(group, command->included_group_id) < group->n_included_group_ids) {
        return status_ok();
    }
    TRY_ACCEPTED(d, rules_find_group(d, command->included_group_id, LIVES_KEPT, &included));
    event.group_id = command->group_id;
    event.included_group_id = command->included_group_id;
    TRY_ACCEPTED(d, emit_group_included(d, &event)); /* refuses the 257th */
    return hierarchy_check_new_above(d, HIERARCHY_GROUP_INCLUSIONS, command->group_id,
                                     command->included_group_id);
}

struct status decide_exclude_group(struct decide *d, const Agency__V1__ExcludeGroup *command)
{
    const Agency__V1__Group *group;
    Agency__V1__GroupExcluded event = AGENCY__V1__GROUP_EXCLUDED__INIT;
    TRY_ACCEPTED(d, life_find_group(d, &group));
    if (group_included_at(group, command->included_group_id) == group->n_included_group_ids) {
        return status_ok();
    }
    event.group_id = command->group_id;
    event.included_group_id = command->included_group_id;
    return emit_group_excluded(d, &event);
}

/* ---- where permissions are asked ---- */

struct status targets_inclusion(struct decide *d, struct targets *targets)
{
    targets_add_self(d, targets);
    targets_add(targets, (struct object){ OBJECT_GROUP, targets_field(d, "included_group_id") });
    return status_ok();
}

/* ---- evolve ---- */

/* A new list with room for one more: the present one is not ours to change. */
static struct status group_included_copy(const struct evolve *evolve, Agency__V1__Group *group)
{
    char **copy;
    ARENA_TRY(evolve->arena, copy,
              arena_alloc(evolve->arena, (group->n_included_group_ids + 1) * sizeof *copy));
    if (group->n_included_group_ids > 0) {
        memcpy(copy, group->included_group_ids, group->n_included_group_ids * sizeof *copy);
    }
    group->included_group_ids = copy;
    return status_ok();
}

struct status evolve_group_included(const struct evolve *evolve,
                                    const Agency__V1__GroupIncluded *event, void *entity)
{
    Agency__V1__Group *group = entity;
    TRY(group_included_copy(evolve, group));
    group->included_group_ids[group->n_included_group_ids++] = event->included_group_id;
    return status_ok();
}

struct status evolve_group_excluded(const struct evolve *evolve,
                                    const Agency__V1__GroupExcluded *event, void *entity)
{
    Agency__V1__Group *group = entity;
    size_t at = group_included_at(group, event->included_group_id);
    if (at == group->n_included_group_ids) {
        return status_error(STATUS_DATA_LOSS, "expected group '%s' to include '%s'",
                            group->group_id, event->included_group_id);
    }
    TRY(group_included_copy(evolve, group));
    group->n_included_group_ids--;
    memmove(group->included_group_ids + at, group->included_group_ids + at + 1,
            (group->n_included_group_ids - at) * sizeof(char *));
    return status_ok();
}
