/* Job spaces: scopes inside an org. The model of an aggregate: each decide finds its entity as its
 * life allows, checks what else must hold, cheapest first, and emits; each evolve assigns. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/rules.h"

/* ---- decide ---- */

struct status decide_open_job_space(struct decide *d, const Agency__V1__OpenJobSpace *command)
{
    const Agency__V1__JobSpace *none;
    Agency__V1__JobSpaceOpened event = AGENCY__V1__JOB_SPACE_OPENED__INIT;
    TRY_ACCEPTED(d, life_find_job_space(d, &none));
    TRY_ACCEPTED(d, rules_check_name(d, ENTITY_JOB_SPACE, command->job_space_id, command->name));
    fields_copy(&command->base, &event.base);
    return emit_job_space_opened(d, &event);
}

struct status decide_update_job_space(struct decide *d, const Agency__V1__UpdateJobSpace *command)
{
    const Agency__V1__JobSpace *job_space;
    Agency__V1__JobSpaceUpdated event = AGENCY__V1__JOB_SPACE_UPDATED__INIT;
    TRY_ACCEPTED(d, life_find_job_space(d, &job_space));
    event.job_space_id = command->job_space_id;
    TRY_ACCEPTED(d, rules_update(d, &job_space->base, &command->base, command->update_mask,
                                 &event.base, &event.update_mask));
    return event.update_mask == NULL ? status_ok() : emit_job_space_updated(d, &event);
}

struct status decide_close_job_space(struct decide *d, const Agency__V1__CloseJobSpace *command)
{
    const Agency__V1__JobSpace *job_space;
    Agency__V1__JobSpaceClosed event = AGENCY__V1__JOB_SPACE_CLOSED__INIT;
    TRY_ACCEPTED(d, life_find_job_space(d, &job_space));
    if (job_space->status == LIFE_CLOSED) {
        return status_ok();
    }
    event.job_space_id = command->job_space_id;
    return emit_job_space_closed(d, &event);
}

/* ---- evolve ---- */

struct status evolve_job_space_opened(const struct evolve *evolve,
                                      const Agency__V1__JobSpaceOpened *event,
                                      Agency__V1__JobSpace *job_space)
{
    (void)evolve;
    fields_copy(&event->base, &job_space->base);
    job_space->status = LIFE_ACTIVE;
    return status_ok();
}

struct status evolve_job_space_updated(const struct evolve *evolve,
                                       const Agency__V1__JobSpaceUpdated *event,
                                       Agency__V1__JobSpace *job_space)
{
    (void)evolve;
    return fields_copy_masked(&event->base, event->update_mask, &job_space->base);
}

struct status evolve_job_space_closed(const struct evolve *evolve,
                                      const Agency__V1__JobSpaceClosed *event,
                                      Agency__V1__JobSpace *job_space)
{
    (void)evolve;
    (void)event;
    job_space->status = LIFE_CLOSED;
    return status_ok();
}
