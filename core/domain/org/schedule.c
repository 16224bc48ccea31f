/* Schedules: a turn is one decision, which counts it and sets the next; the command that it gives
 * follows at once, as a decision of its own. So whatever becomes of the command, the schedule goes
 * on. Turns that nobody decided when they were are counted and left out (docs/schedules.md). */
#include "core/domain/kernel/carried.h"
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/given.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"
#include "core/domain/org/cron.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

enum { EVERY_SECONDS_MIN = 60, EVERY_SECONDS_MAX = 366 * 24 * 60 * 60 };
static const int64_t SECOND_US = 1000000;

/* ---- turns ---- */

static struct status schedule_check_turns(struct decide *d, const Agency__V1__Schedule *schedule)
{
    struct cron unused;
    if ((schedule->cron[0] != '\0') == (schedule->every_seconds != 0)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected either cron or every_seconds: when the turns are");
    }
    if (schedule->cron[0] != '\0') {
        struct status read = cron_read(str_z(schedule->cron), str_z(schedule->time_zone), &unused);
        return read.code == STATUS_OK ? read : decide_reject(d, read.code, "%s", read.msg);
    }
    if (schedule->time_zone[0] != '\0') {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected time_zone beside cron only");
    }
    return schedule->every_seconds < EVERY_SECONDS_MIN ||
                   schedule->every_seconds > EVERY_SECONDS_MAX
               ? decide_reject(d, STATUS_INVALID_ARGUMENT,
                               "expected every_seconds of %d to %d, but it is %u",
                               EVERY_SECONDS_MIN, EVERY_SECONDS_MAX, schedule->every_seconds)
               : status_ok();
}

/* The first turn after a time, and how many there were after `from` by then. */
static struct status schedule_next(struct arena *arena, const Agency__V1__Schedule *schedule,
                                   int64_t from_us, int64_t after_us,
                                   Google__Protobuf__Timestamp **next_at, uint64_t *passed)
{
    int64_t next_us;
    assert(after_us >= from_us);
    if (schedule->every_seconds != 0) {
        const int64_t every_us = schedule->every_seconds * SECOND_US;
        *passed = (uint64_t)((after_us - from_us) / every_us);
        next_us = from_us + ((int64_t)*passed + 1) * every_us;
    } else {
        struct cron cron;
        TRY(cron_read(str_z(schedule->cron), str_z(schedule->time_zone), &cron));
        *passed = cron_count(&cron, from_us, after_us);
        next_us = cron_next(&cron, after_us);
    }
    *next_at = NULL;
    return next_us == INT64_MAX ? status_ok() : fields_time_new(arena, next_us, next_at);
}

/* The first turn from now on. */
static struct status schedule_begin(struct decide *d, const Agency__V1__Schedule *schedule,
                                    Google__Protobuf__Timestamp **next_at)
{
    uint64_t none;
    return schedule_next(d->arena, schedule, d->occurred_at_us, d->occurred_at_us, next_at, &none);
}

/* ---- the command ---- */

static struct carried schedule_carried(const Agency__V1__Schedule *schedule)
{
    return (struct carried){ .origin = ENTITY_SCHEDULE,
                             .origin_id = schedule->schedule_id,
                             .acts_as = schedule->acts_as,
                             .commands = schedule->commands,
                             .commands_count = schedule->n_commands };
}

/* The command as it will be: what can be said of it before anybody asks whether it may be. */
static struct status schedule_check_command(struct decide *d, const Agency__V1__Schedule *schedule)
{
    const struct carried carried = schedule_carried(schedule);
    const struct carried_values first = { 1, d->occurred_at_us };
    Agency__V1__Command *command;
    TRY_ACCEPTED(d, carried_check_names(d, schedule->commands, schedule->n_commands));
    TRY_ACCEPTED(d, carried_read(d, &carried, schedule->command, &first, &command));
    struct status st = given_check_whole(registry_command_payload(command));
    return st.code == STATUS_OK ? st : status_error(st.code, "command: %s", st.msg);
}

/* ---- putting ---- */

/* As whom it acts where it does not say so: the one who calls, and nobody on his behalf, whose word
 * would go on when he may no longer speak for the other. */
static struct status schedule_actor(struct decide *d, const Agency__V1__Schedule *put,
                                    char **acts_as)
{
    *acts_as = put->acts_as;
    if (put->acts_as[0] != '\0') {
        return status_ok();
    }
    if (d->subject_id.size == 0 || d->on_behalf_of.size > 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected acts_as, the subject as which the command is judged: only "
                             "a subject that acts for itself can leave it out");
    }
    return arena_text(d->arena, d->subject_id, acts_as);
}

static struct status schedule_check_power(struct decide *d, const Agency__V1__Schedule *before,
                                          const Agency__V1__Schedule *put)
{
    const Agency__V1__Subject *subject;
    if (before == NULL || strcmp(before->acts_as, put->acts_as) == 0) {
        TRY_ACCEPTED(d, rules_find_subject(d, put->acts_as, LIVES_ACTIVE, &subject));
    }
    if (before != NULL &&
        (strcmp(before->acts_as, put->acts_as) != 0 ||
         !ids_same(before->commands, before->n_commands, put->commands, put->n_commands))) {
        return decide_reject(
            d, STATUS_FAILED_PRECONDITION,
            "expected acts_as to be '%s' and commands as they are: a schedule keeps "
            "its power, but another one can be put",
            before->acts_as);
    }
    return status_ok();
}

static bool schedule_same_turns(const Agency__V1__Schedule *a, const Agency__V1__Schedule *b)
{
    return strcmp(a->cron, b->cron) == 0 && strcmp(a->time_zone, b->time_zone) == 0 &&
           a->every_seconds == b->every_seconds;
}

/* As it is put; what has happened stays, and its turns where they are the same. */
static struct status schedule_emit(struct decide *d, const Agency__V1__Schedule *before,
                                   Agency__V1__Schedule *schedule)
{
    const bool runs = before != NULL && before->status == LIFE_ACTIVE;
    if (before != NULL) {
        schedule->turns = before->turns;
        schedule->skipped = before->skipped;
        schedule->last = before->last;
    }
    if (runs && schedule_same_turns(before, schedule) && before->next_at != NULL) {
        schedule->next_at = before->next_at;
        bool same;
        TRY(fields_equal(
            d->arena, &before->base, &schedule->base,
            protobuf_c_message_descriptor_get_field_by_name(schedule->base.descriptor, "command"),
            &same));
        return same ? status_ok() : plain_emit(d, &schedule->base);
    }
    TRY(schedule_begin(d, schedule, &schedule->next_at));
    return plain_emit(d, &schedule->base);
}

struct status decide_put_schedule(struct decide *d, const Agency__V1__PutSchedule *command)
{
    const Agency__V1__Schedule *before;
    Agency__V1__Schedule schedule = *command->schedule;
    TRY_ACCEPTED(d, schedule_check_turns(d, &schedule));
    TRY_ACCEPTED(d, schedule_check_command(d, &schedule));
    TRY_ACCEPTED(d, schedule_actor(d, &schedule, &schedule.acts_as));
    TRY_ACCEPTED(d, life_find_schedule(d, &before));
    TRY_ACCEPTED(d, schedule_check_power(d, before, &schedule));
    return schedule_emit(d, before, &schedule);
}

struct status decide_resume_schedule(struct decide *d, const Agency__V1__ResumeSchedule *command)
{
    const Agency__V1__Schedule *schedule;
    Agency__V1__ScheduleResumed event = AGENCY__V1__SCHEDULE_RESUMED__INIT;
    TRY_ACCEPTED(d, life_find_schedule(d, &schedule));
    if (schedule->status == LIFE_ACTIVE) {
        return status_ok();
    }
    event.schedule_id = command->schedule_id;
    TRY(schedule_begin(d, schedule, &event.next_at));
    return emit_schedule_resumed(d, &event);
}

struct status evolve_schedule_paused(const struct evolve *evolve,
                                     const Agency__V1__SchedulePaused *event, void *entity)
{
    (void)evolve;
    (void)event;
    ((Agency__V1__Schedule *)entity)->next_at = NULL;
    return status_ok();
}

/* ---- when its time has come ---- */

/* One turn, whichever of those that have passed: the first; the others are skipped. */
static struct status schedule_turn(struct decide *d, const Agency__V1__Schedule *schedule,
                                   const struct due *due)
{
    Agency__V1__ScheduleTurned event = AGENCY__V1__SCHEDULE_TURNED__INIT;
    const int64_t now_us =
        d->context->until_us > d->occurred_at_us ? d->context->until_us : d->occurred_at_us;
    uint64_t passed;
    event.schedule_id = schedule->schedule_id;
    TRY(schedule_next(d->arena, schedule, due->time_us, now_us, &event.next_at, &passed));
    TRY(fields_time_new(d->arena, due->time_us, &event.continues));
    event.turns = schedule->turns + 1;
    event.skipped = schedule->skipped + passed;
    return emit_schedule_turned(d, &event);
}

static struct status schedule_ended(struct decide *d, const Agency__V1__Schedule *schedule,
                                    uint32_t code, char *reason)
{
    Agency__V1__ScheduleRan event = AGENCY__V1__SCHEDULE_RAN__INIT;
    TRY(pb_new(d->arena, &agency__v1__schedule_result__descriptor, &event.last));
    TRY(fields_time_new(d->arena, d->occurred_at_us, &event.last->at));
    event.last->code = code;
    event.last->reason = reason;
    event.schedule_id = schedule->schedule_id;
    return emit_schedule_ran(d, &event);
}

/* The command of a turn. It may have removed the subject that it acted as, and the schedule with
 * it. */
static struct status schedule_run(struct decide *d, const Agency__V1__Schedule *schedule,
                                  const struct due *due)
{
    static char none[] = "";
    const struct carried carried = schedule_carried(schedule);
    const struct carried_values values = { schedule->turns, due->time_us };
    const Agency__V1__Schedule *after;
    Agency__V1__Command *command;
    TRY_ACCEPTED(d, carried_read(d, &carried, schedule->command, &values, &command));
    TRY_ACCEPTED(d, decide_carried(d, &carried, command));
    TRY(rules_get_schedule(d->view, str_z(schedule->schedule_id), &after));
    return after->status == LIFE_ACTIVE ? schedule_ended(d, after, STATUS_OK, none) : status_ok();
}

struct status elapse_schedule(struct decide *d, const Agency__V1__Schedule *schedule,
                              const struct due *due)
{
    return strcmp(due->field, DUE_CONTINUES) == 0 ? schedule_run(d, schedule, due)
                                                  : schedule_turn(d, schedule, due);
}

struct status refused_schedule(struct decide *d, const Agency__V1__Schedule *schedule,
                               const Agency__V1__DueError *error)
{
    return schedule_ended(d, schedule, error->code, error->reason);
}

struct status evolve_schedule_ran(const struct evolve *evolve, const Agency__V1__ScheduleRan *event,
                                  void *entity)
{
    Agency__V1__Schedule *schedule = entity;
    (void)evolve;
    schedule->last = event->last;
    schedule->continues = NULL;
    return status_ok();
}

/* ---- where permissions are asked ---- */

static void targets_add_actor(const struct decide *d, struct targets *targets, struct str acts_as,
                              bool others)
{
    const bool itself = d->on_behalf_of.size == 0 && str_eq(acts_as, d->subject_id);
    if (!others || !itself) {
        targets_add_named(targets, OBJECT_SUBJECT, acts_as);
    }
}

/* As whom it acts, as it is and as it is put. */
static struct status targets_add_actors(const struct decide *d, struct targets *targets,
                                        bool others)
{
    const Agency__V1__Schedule *schedule;
    struct str before = { 0 }, named = targets_field(d, "acts_as");
    TRY(view_schedule(d->view, targets_field(d, "schedule_id"), &schedule));
    if (schedule != NULL) {
        before = str_z(schedule->acts_as);
        targets_add_actor(d, targets, before, others);
    }
    named = named.size > 0 ? named : d->subject_id;
    if ((unsigned)d->command->payload_case == COMMAND_PUT_SCHEDULE && !str_eq(named, before)) {
        targets_add_actor(d, targets, named, others);
    }
    return status_ok();
}

struct status targets_acts_as(struct decide *d, struct targets *targets)
{
    TRY(targets_add_actors(d, targets, false));
    if (targets->count == 0) {
        targets_add(targets, object_org());
    }
    return status_ok();
}

struct status targets_acts_as_other(struct decide *d, struct targets *targets)
{
    return targets_add_actors(d, targets, true);
}
