/* A turn of a schedule, and the command that follows from it at once. */
#include <unistd.h>

#include "core/base/limits.h"
#include "core/domain/kernel/due.h"
#include "core/model/elapse.h"
#include "core/model/history.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

#define HOURLY "\"cron\":\"0 * * * *\",\"actsAs\":\"root\",\"commands\":[\"SetGoal\"],"
#define GOAL(id) "\"command\":{\"setGoal\":{\"goal\":{\"goalId\":\"" id "\",\"statement\":\"s\"}}}"
#define HOUR_US INT64_C(3600000000)

static void schedule_open(struct partition_kit *kit, const char *rest)
{
    partition_kit_open_org(kit);
    kit->now_us = INT64_C(1767225600000000); /* 2026-01-01 */
    partition_kit_make(kit, "putSchedule", "{\"scheduleId\":\"hourly\"," HOURLY "%s}", rest);
}

/* One decision of what is due by then; false: nothing is. */
static bool schedule_wake(struct partition_kit *kit, int64_t now_us)
{
    const struct decider_due due = { .org_id = STR("acme"),
                                     .now_us = now_us,
                                     .until_us = INT64_MIN };
    struct str record;
    assert_ok(decider_elapse(&kit->decider, &due, &record));
    if (record.size > 0) {
        partition_kit_pass(kit, record);
    }
    return record.size > 0;
}

static Agency__V1__OrgHead *schedule_head(struct partition_kit *kit)
{
    Agency__V1__OrgHead *head;
    assert_ok(fold_head(&kit->decided->fold, &kit->arena, STR("acme"), &head));
    return head;
}

static const Agency__V1__Schedule *schedule_now(struct partition_kit *kit)
{
    struct org_view *org = arena_zalloc(&kit->arena, sizeof *org);
    const Agency__V1__Schedule *schedule;
    org_view_init(org, &kit->decided->fold.scratch.source, STR("acme"));
    assert_ok(view_schedule(&org->view, STR("hourly"), &schedule));
    return schedule;
}

static const Agency__V1__DecisionRow *schedule_last(struct partition_kit *kit)
{
    const Agency__V1__DecisionRow *row;
    assert_ok(partition_write(kit->decided));
    assert_ok(history_decision(kit->decided->reader, &kit->arena, STR("acme"),
                               schedule_head(kit)->org_sequence, &row));
    return row;
}

TEST(decider_schedule, a_turn_is_one_decision_and_its_command_the_next)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("g{turn}"));
    assert_int_equal(schedule_head(&kit)->dues, 1);
    assert_int_equal(schedule_head(&kit)->renewing, 1);
    assert_false(schedule_wake(&kit, kit.now_us));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    assert_true(schedule_head(&kit)->next_due_us == DUE_AT_ONCE_US);
    assert_string_equal(schedule_last(&kit)->elapsed[0]->field, "next_at");
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    const Agency__V1__DecisionRow *row = schedule_last(&kit);
    assert_int_equal(row->command, COMMAND_SET_GOAL);
    assert_int_equal(row->authority->kind, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_ORIGIN);
    assert_int_equal(row->authority->origin->kind, ENTITY_SCHEDULE);
    assert_string_equal(row->authority->origin->id, "hourly");
    assert_string_equal(row->on_behalf_of, "root");
    assert_int_equal(row->n_changed, 2);
    assert_int_equal(schedule_head(&kit)->continuations, 1);
    assert_false(schedule_wake(&kit, kit.now_us + HOUR_US));
    assert_int_equal(schedule_now(&kit)->last->code, STATUS_OK);
    partition_kit_close(&kit);
}

TEST(decider_schedule, what_was_missed_is_counted_and_left_out)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("g{turn}"));
    kit.now_us += 5 * HOUR_US;
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    const Agency__V1__Schedule *schedule = schedule_now(&kit);
    assert_int_equal(schedule->turns, 1);
    assert_int_equal(schedule->skipped, 4);
    assert_null(schedule->continues);
    assert_int_equal(schedule->last->code, STATUS_OK);
    assert_int_equal(schedule_head(&kit)->dues, 1);
    partition_kit_close(&kit);
}

TEST(decider_schedule, goes_on_when_its_command_is_refused)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("no id"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    const Agency__V1__Schedule *schedule = schedule_now(&kit);
    assert_int_equal(schedule->last->code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(schedule->last->reason, schedule->due_error->reason);
    assert_int_equal(schedule_last(&kit)->command, 0);
    assert_non_null(schedule_now(&kit)->next_at);
    assert_true(schedule_wake(&kit, kit.now_us + 2 * HOUR_US));
    assert_null(schedule_now(&kit)->due_error);
    assert_int_equal(schedule_now(&kit)->turns, 2);
    partition_kit_close(&kit);
}

/* Whoever leads after a crash between the two finds the second to be done. */
TEST(decider_schedule, a_crash_between_a_turn_and_its_command_loses_nothing)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("g{turn}"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    struct partition *again = partition_kit_fold(&kit, NULL);
    Agency__V1__OrgHead *head;
    assert_ok(fold_head(&again->fold, &kit.arena, STR("acme"), &head));
    assert_true(head->next_due_us == DUE_AT_ONCE_US);
    partition_close(again);
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(schedule_now(&kit)->last->code, STATUS_OK);
    partition_kit_close(&kit);
}

/* ---- what cannot be decided ---- */

/* A watch that knows of one death too many, or only looks who is judged. */
struct sentry {
    struct elapse_watch watch;
    bool kills;
    struct buf name;
};

static bool sentry_begin(struct elapse_watch *self, struct str entity)
{
    struct sentry *sentry = (struct sentry *)(void *)self;
    sentry->name.size = 0;
    buf_append(&sentry->name, entity);
    return !sentry->kills;
}

static void sentry_end(struct elapse_watch *self)
{
    (void)self;
}

/* What would be decided now, which is forgotten. */
static void schedule_judge(struct partition_kit *kit, Agency__V1__OrgHead *head,
                           struct elapse_watch *watch, struct elapse *elapse)
{
    struct decide_config config = { 0 };
    const struct decide_context context = { .config = &config,
                                            .head = fold_org_head(head),
                                            .until_us = kit->now_us + HOUR_US };
    *elapse = (struct elapse){ .arena = &kit->arena,
                               .scratch = &kit->decided->fold.scratch,
                               .org_id = STR("acme"),
                               .head = head,
                               .context = &context,
                               .watch = watch,
                               .until_us = kit->now_us + HOUR_US };
    assert_ok(elapse_decide(elapse));
    fold_discard(&kit->decided->fold);
}

/* As many in a row as there are go round in circles. */
TEST(decider_schedule, a_chain_without_end_is_ended)
{
    struct partition_kit kit;
    struct elapse elapse;
    schedule_open(&kit, GOAL("g{turn}"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    Agency__V1__OrgHead *head = schedule_head(&kit);
    head->continuations = CONTINUATIONS_MAX - 1;
    schedule_judge(&kit, head, NULL, &elapse);
    assert_int_equal(elapse.decide.events[0]->payload_case, EVENT_GOAL_SET);
    head->continuations = CONTINUATIONS_MAX;
    schedule_judge(&kit, head, NULL, &elapse);
    assert_int_equal(elapse.decide.events_count, 2);
    const Agency__V1__Event *failed = elapse.decide.events[0];
    assert_int_equal(failed->payload_case, EVENT_DEADLINE_FAILED);
    assert_int_equal(failed->deadline_failed->code, STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(failed->deadline_failed->field, "continues");
    partition_kit_close(&kit);
}

/* A turn that cannot even be counted stops the schedule, which says so. */
TEST(decider_schedule, a_turn_that_kills_is_due_no_more)
{
    struct partition_kit kit;
    struct elapse elapse;
    struct sentry sentry = { .watch = { sentry_begin, sentry_end }, .kills = true };
    schedule_open(&kit, GOAL("g{turn}"));
    schedule_judge(&kit, schedule_head(&kit), &sentry.watch, &elapse);
    assert_int_equal(elapse.decide.events_count, 1);
    const Agency__V1__DeadlineFailed *failed = elapse.decide.events[0]->deadline_failed;
    assert_int_equal(failed->code, STATUS_INTERNAL);
    assert_string_equal(failed->field, "next_at");
    buf_release(&sentry.name);
    partition_kit_close(&kit);
}

static void die_while_judging(struct str name)
{
    struct poison *poison;
    assert_ok(poison_open("schedule-poison.tmp", &poison));
    poison_begin(poison, name);
    poison_close(poison); /* without poison_end */
}

/* The org goes on, and so does the schedule. */
TEST(decider_schedule, what_killed_three_times_is_not_judged_again)
{
    struct partition_kit kit;
    struct elapse elapse;
    struct sentry sentry = { .watch = { sentry_begin, sentry_end } };
    unlink("schedule-poison.tmp");
    schedule_open(&kit, GOAL("g{turn}"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    schedule_judge(&kit, schedule_head(&kit), &sentry.watch, &elapse);
    for (int death = 0; death < 3; death++) {
        die_while_judging(buf_str(&sentry.name));
    }
    assert_ok(poison_open("schedule-poison.tmp", &kit.decider.poison));
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    const Agency__V1__Schedule *schedule = schedule_now(&kit);
    assert_int_equal(schedule->last->code, STATUS_INTERNAL);
    assert_non_null(strstr(schedule->due_error->reason, "stopped the process three times"));
    assert_non_null(schedule->next_at);
    poison_close(kit.decider.poison);
    unlink("schedule-poison.tmp");
    buf_release(&sentry.name);
    partition_kit_close(&kit);
}

/* ---- how much ---- */

static void schedule_open_many(struct partition_kit *kit, unsigned count)
{
    schedule_open(kit, GOAL("g{turn}"));
    for (unsigned n = 0; n < count; n++) {
        partition_kit_make(kit, "putSchedule", "{\"scheduleId\":\"s%u\"," HOURLY "%s}", n,
                           GOAL("g{turn}"));
    }
}

TEST(decider_schedule, a_command_waits_for_so_many_in_a_row)
{
    struct partition_kit kit;
    struct timers timers;
    timers_init(&timers);
    schedule_open_many(&kit, 69);
    kit.timers = &timers;
    kit.now_us += HOUR_US;
    struct submit_answer answer =
        partition_kit_decide(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(answer.code, STATUS_RESOURCE_EXHAUSTED);
    assert_non_null(strstr(answer.reason, "at most 64 decisions that follow at once"));
    assert_int_equal(schedule_head(&kit)->continuations, 64);
    while (schedule_wake(&kit, kit.now_us)) {
    }
    assert_int_equal(schedule_head(&kit)->continuations, 70);
    answer = partition_kit_decide(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(answer.code, STATUS_OK);
    assert_int_equal(schedule_head(&kit)->continuations, 0);
    timers_release(&timers);
    partition_kit_close(&kit);
}

TEST(decider_schedule, only_so_many_of_an_org_renew_themselves)
{
    struct partition_kit kit;
    schedule_open_many(&kit, DUES_RENEWING_MAX - 1);
    assert_int_equal(schedule_head(&kit)->renewing, DUES_RENEWING_MAX);
    struct submit_answer answer = partition_kit_decide(
        &kit, NULL, "putSchedule", "{\"scheduleId\":\"more\"," HOURLY GOAL("g") "}");
    assert_int_equal(answer.code, STATUS_RESOURCE_EXHAUSTED);
    partition_kit_do(&kit, NULL, "pauseSchedule", "{\"scheduleId\":\"s1\"}");
    answer = partition_kit_decide(
        &kit, NULL, "batch",
        "{\"commands\":[{\"putSchedule\":{\"schedule\":{\"scheduleId\":"
        "\"more\"," HOURLY GOAL("g") "}}},{\"putSchedule\":"
                                     "{\"schedule\":{\"scheduleId\":\"most\"," HOURLY GOAL(
                                         "g") "}}}]}");
    assert_int_equal(answer.code, STATUS_RESOURCE_EXHAUSTED);
    partition_kit_do(&kit, NULL, "putSchedule", "{\"scheduleId\":\"more\"," HOURLY GOAL("g") "}");
    answer = partition_kit_decide(&kit, NULL, "resumeSchedule", "{\"scheduleId\":\"s1\"}");
    assert_int_equal(answer.code, STATUS_RESOURCE_EXHAUSTED);
    partition_kit_close(&kit);
}

/* ---- an org whose time stands still, or is that of its imports ---- */

TEST(decider_schedule, an_archived_org_has_no_turns_and_one_afterwards)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("g{turn}"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    kit.now_us += HOUR_US;
    partition_kit_do(&kit, NULL, "archiveOrg", "{\"orgId\":\"acme\"}");
    assert_int_equal(schedule_now(&kit)->last->code, STATUS_OK); /* that came first */
    assert_false(schedule_wake(&kit, kit.now_us + 10 * HOUR_US));
    kit.now_us += 10 * HOUR_US;
    partition_kit_do(&kit, NULL, "restoreOrg", "{\"orgId\":\"acme\"}");
    partition_kit_do(&kit, NULL, "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(schedule_now(&kit)->turns, 2);
    assert_int_equal(schedule_now(&kit)->skipped, 9);
    partition_kit_close(&kit);
}

TEST(decider_schedule, an_org_that_takes_imports_has_their_turns)
{
    static const char made[] = "2018-01-01T00:00:00Z";
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    partition_kit_do(&kit, made, "putSchedule",
                     "{\"scheduleId\":\"hourly\"," HOURLY GOAL("g{turn}") "}");
    assert_false(schedule_wake(&kit, kit.now_us));
    partition_kit_do(&kit, "2018-01-01T02:30:00Z", "registerSubject", "{\"subjectId\":\"s\"}");
    assert_int_equal(schedule_now(&kit)->turns, 1);
    assert_int_equal(schedule_now(&kit)->skipped, 1);
    assert_string_equal(schedule_now(&kit)->command->fields[0]->key, "setGoal");
    assert_false(schedule_wake(&kit, kit.now_us));
    partition_kit_close(&kit);
}
