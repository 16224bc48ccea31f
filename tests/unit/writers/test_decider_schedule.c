/* A turn of a schedule, and the command that follows from it at once. */
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
    assert_non_null(schedule->next_at);
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

/* As many in a row as there are go round in circles. */
TEST(decider_schedule, a_chain_without_end_is_ended)
{
    struct partition_kit kit;
    schedule_open(&kit, GOAL("g{turn}"));
    assert_true(schedule_wake(&kit, kit.now_us + HOUR_US));
    struct decide_config config = { 0 };
    Agency__V1__OrgHead *head = schedule_head(&kit);
    head->continuations = CONTINUATIONS_MAX;
    const struct decide_context context = { .config = &config, .head = fold_org_head(head) };
    struct elapse elapse = { .arena = &kit.arena,
                             .scratch = &kit.decided->fold.scratch,
                             .org_id = STR("acme"),
                             .head = head,
                             .context = &context,
                             .until_us = INT64_MAX };
    assert_ok(elapse_decide(&elapse));
    assert_int_equal(elapse.decide.events_count, 2);
    const Agency__V1__Event *failed = elapse.decide.events[0];
    assert_int_equal(failed->payload_case, EVENT_DEADLINE_FAILED);
    assert_int_equal(failed->deadline_failed->code, STATUS_RESOURCE_EXHAUSTED);
    fold_discard(&kit.decided->fold);
    partition_kit_close(&kit);
}
