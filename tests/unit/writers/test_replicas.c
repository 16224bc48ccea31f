/* What a process does on a log that others write, too; test_serving.c simulates it, seeded. */
#include "tests/lib/replicas_kit.h"

#include <stdio.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

static void expect_decided(struct replicas_kit *kit, unsigned count)
{
    struct replicas_kit_truth truth;
    replicas_kit_truth(kit, 0, &truth);
    assert_int_equal(truth.decided, count);
    assert_int_equal(truth.partition->position.chain.next_command_offset, truth.commands_end);
    replicas_kit_agree(kit, &truth);
    partition_close(truth.partition);
}

static unsigned epochs(struct replicas_kit *kit)
{
    struct replicas_kit_truth truth;
    replicas_kit_truth(kit, 0, &truth);
    partition_close(truth.partition);
    return truth.epochs;
}

TEST(replicas, a_command_on_the_log_is_decided_and_the_follower_told)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    unsigned follows = kit.members[0].follows, heard = kit.members[0].heard;
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_advance(&kit, 1000);
    replicas_kit_run(&kit, 0);
    assert_int_equal(kit.members[0].heard, heard + 1);
    assert_true(kit.members[0].follows > follows);
    expect_decided(&kit, 2);
    replicas_kit_close(&kit);
}

TEST(replicas, the_first_of_a_new_log_waits_for_nobody)
{
    struct replicas_kit kit;
    replicas_kit_open(&kit);
    replicas_kit_start(&kit, 0);
    replicas_kit_start(&kit, 1);
    for (int i = 0; i < 5; i++) {
        replicas_step(kit.members[1].replicas);
        replicas_step(kit.members[0].replicas);
    }
    assert_int_equal(replicas_kit_server(&kit, 0), 0);
    replicas_kit_close(&kit);
}

TEST(replicas, a_standby_takes_over_after_its_rank_of_silences)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_start(&kit, 2);
    replicas_kit_run(&kit, 2);
    replicas_kit_stop(&kit, 0);
    replicas_kit_run(&kit, 2);
    assert_int_equal(replicas_kit_server(&kit, 0), -1);
    replicas_kit_run(&kit, 2);
    assert_int_equal(replicas_kit_server(&kit, 0), 2);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_run(&kit, 1);
    expect_decided(&kit, 2);
    replicas_kit_close(&kit);
}

TEST(replicas, an_owner_that_is_heard_keeps_its_partition)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_start(&kit, 1);
    replicas_kit_start(&kit, 2);
    replicas_kit_run(&kit, 50);
    assert_int_equal(replicas_kit_server(&kit, 0), 0);
    assert_int_equal(epochs(&kit), 1);
    replicas_kit_close(&kit);
}

TEST(replicas, a_restarted_process_takes_back_at_once_what_nobody_took)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_stop(&kit, 0);
    replicas_kit_start(&kit, 0);
    for (int i = 0; i < 6; i++) {
        replicas_step(kit.members[0].replicas);
    }
    assert_int_equal(replicas_kit_server(&kit, 0), 0);
    replicas_kit_close(&kit);
}

TEST(replicas, a_restarted_process_leaves_what_another_took)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_start(&kit, 1);
    replicas_kit_stop(&kit, 0);
    replicas_kit_run(&kit, 4);
    assert_int_equal(replicas_kit_server(&kit, 0), 1);
    replicas_kit_start(&kit, 0);
    replicas_kit_run(&kit, 10);
    assert_int_equal(replicas_kit_server(&kit, 0), 1);
    assert_int_equal(epochs(&kit), 2);
    replicas_kit_close(&kit);
}

/* A copied data folder makes two of one name. */
TEST(replicas, two_processes_of_one_name_do_not_fight_for_ever)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    kit.members[1].process = kit.members[0].process;
    replicas_kit_start(&kit, 1);
    replicas_kit_run(&kit, 20);
    assert_in_range(epochs(&kit), 1, 3);
    replicas_kit_close(&kit);
}

/* Under load that never ends the store would never be written. */
TEST(replicas, a_batch_ends_so_that_it_can_be_written)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    struct replicas *replicas = kit.members[0].replicas;
    const struct replica *replica = replicas->by_number[0];
    evlog_mem_fate_at(kit.mem, 1, EVLOG_MEM_HOLD); /* behind the client's */
    replicas_kit_register(&kit, 0, 1);
    replicas_step(replicas);
    assert_int_equal(replica->decided, 2);
    replicas_kit_advance(&kit, 600000);
    replicas_kit_register(&kit, 0, 2);
    replicas_step(replicas);
    assert_int_equal(replica->decided, 2);
    evlog_mem_deliver(kit.mem, 0, EVLOG_MEM_WRITE);
    replicas_step(replicas);
    assert_int_equal(replica->decided, 3);
    replicas_kit_run(&kit, 1);
    expect_decided(&kit, 3);
    replicas_kit_close(&kit);
}

/* One that was frozen decides what it had read before it hears that it lost: all of that is void.
 */
TEST(replicas, what_a_frozen_owner_decides_behind_his_successor_is_void)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_start(&kit, 1);
    replicas_kit_register(&kit, 0, 1);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_HOLD);
    replicas_step(kit.members[0].replicas);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_WRITE);
    assert_int_equal(evlog_mem_held_count(kit.mem), 1);
    struct replicas *frozen = kit.members[0].replicas;
    kit.members[0].replicas = NULL;
    replicas_kit_run(&kit, 4);
    assert_int_equal(replicas_kit_server(&kit, 0), 1);
    evlog_mem_deliver(kit.mem, 0, EVLOG_MEM_WRITE);
    kit.members[0].replicas = frozen;
    replicas_kit_run(&kit, 2);
    assert_int_equal(replicas_kit_server(&kit, 0), 1);
    expect_decided(&kit, 2);
    replicas_kit_close(&kit);
}

TEST(replicas, nobody_serves_after_the_last_epoch)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_conclude(&kit, 0);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_run(&kit, 8);
    assert_true(replicas_kit_server(&kit, 0) == -1 && kit.members[0].reports == 1);
    replicas_kit_close(&kit);
}

TEST(replicas, a_repeat_on_the_log_is_answered_there)
{
    struct replicas_kit kit;
    struct replicas_kit_truth truth;
    replicas_kit_open_serving(&kit);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_register(&kit, 0, 1);
    const char *org_id = replicas_kit_org(0);
    struct str other =
        replicas_kit_command(&kit, org_id, "c1", "createGroup", "{\"groupId\":\"g\"}");
    replicas_kit_send(&kit, 0, str_z(org_id), other);
    replicas_kit_run(&kit, 1);
    replicas_kit_truth(&kit, 0, &truth);
    assert_int_equal(truth.decided, 2);
    assert_int_equal(truth.repeats, 1);
    assert_int_equal(truth.others, 1);
    partition_close(truth.partition);
    replicas_kit_close(&kit);
}

/* ---- what is never decided ---- */

static void expect_dead_letter(struct replicas_kit *kit, struct str key, struct str value,
                               const char *code)
{
    char line[64];
    struct replicas_kit_truth truth;
    replicas_kit_send(kit, 0, key, value);
    replicas_kit_run(kit, 1);
    replicas_kit_truth(kit, 0, &truth);
    snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)truth.commands_end - 1, code);
    assert_string_equal(replicas_kit_dead_letters(kit, 0), line);
    assert_int_equal(truth.partition->position.chain.next_command_offset, truth.commands_end);
    assert_int_equal(truth.decided, 1);
    partition_close(truth.partition);
}

TEST(replicas, what_nobody_can_read_is_a_dead_letter)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    expect_dead_letter(&kit, str_z(replicas_kit_org(0)), STR("what?"), "INVALID_ARGUMENT");
    replicas_kit_close(&kit);
}

TEST(replicas, what_is_too_large_is_a_dead_letter)
{
    struct replicas_kit kit;
    static char large[200 * 1024];
    replicas_kit_open_serving(&kit);
    expect_dead_letter(&kit, str_z(replicas_kit_org(0)), str_make(large, sizeof large),
                       "INVALID_ARGUMENT");
    replicas_kit_close(&kit);
}

static const char subject[] = "{\"subjectId\":\"x\",\"type\":\"SUBJECT_TYPE_AGENT\"}";

TEST(replicas, a_command_under_the_key_of_another_org_is_a_dead_letter)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    struct str record =
        replicas_kit_command(&kit, replicas_kit_org(1), "c", "registerSubject", subject);
    expect_dead_letter(&kit, str_z(replicas_kit_org(0)), record, "INVALID_ARGUMENT");
    replicas_kit_close(&kit);
}

TEST(replicas, a_command_in_the_wrong_partition_is_a_dead_letter)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    const char *org_id = replicas_kit_org(1);
    struct str record = replicas_kit_command(&kit, org_id, "c", "registerSubject", subject);
    expect_dead_letter(&kit, str_z(org_id), record, "INVALID_ARGUMENT");
    replicas_kit_close(&kit);
}

TEST(replicas, a_command_sealed_with_another_key_is_a_dead_letter)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    struct command_signature_key key = kit.key;
    kit.key = command_signature_key_make(STR("another"));
    const char *org_id = replicas_kit_org(0);
    struct str record = replicas_kit_command(&kit, org_id, "c", "registerSubject", subject);
    kit.key = key;
    expect_dead_letter(&kit, str_z(org_id), record, "UNAUTHENTICATED");
    replicas_kit_close(&kit);
}

TEST(replicas, an_expired_command_is_a_dead_letter)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    const char *org_id = replicas_kit_org(0);
    struct str record = replicas_kit_command(&kit, org_id, "c", "registerSubject", subject);
    replicas_kit_stop(&kit, 0);
    replicas_kit_advance(&kit, INT64_C(3601) * 1000000);
    replicas_kit_start(&kit, 0);
    expect_dead_letter(&kit, str_z(org_id), record, "DEADLINE_EXCEEDED");
    replicas_kit_close(&kit);
}

TEST(replicas, a_dead_letter_is_passed_only_when_that_is_durable)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_send(&kit, 0, str_z(replicas_kit_org(0)), STR("what?"));
    replicas_kit_register(&kit, 0, 1);
    evlog_mem_fate_at(kit.mem, 0, EVLOG_MEM_LOSE_UNKNOWN);
    replicas_kit_run(&kit, 3);
    expect_decided(&kit, 2);
    assert_string_equal(replicas_kit_dead_letters(&kit, 0), "1 INVALID_ARGUMENT\n");
    replicas_kit_close(&kit);
}

TEST(replicas, a_damaged_command_is_a_dead_letter_and_the_next_is_decided)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_stop(&kit, 0);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_register(&kit, 0, 2);
    evlog_mem_damage(kit.mem, EVLOG_COMMANDS, 0, 1);
    replicas_kit_start(&kit, 0);
    replicas_kit_run(&kit, 1);
    expect_decided(&kit, 2);
    assert_string_equal(replicas_kit_dead_letters(&kit, 0), "1 INVALID_ARGUMENT\n");
    replicas_kit_close(&kit);
}

TEST(replicas, commands_that_were_dropped_undecided_are_told_of_and_passed)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_stop(&kit, 0);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_register(&kit, 0, 2);
    evlog_mem_trim(kit.mem, EVLOG_COMMANDS, 0, 2);
    unsigned reports = kit.members[0].reports;
    replicas_kit_start(&kit, 0);
    replicas_kit_run(&kit, 1);
    expect_decided(&kit, 2);
    assert_true(kit.members[0].reports > reports);
    replicas_kit_close(&kit);
}

TEST(replicas, dead_letters_do_not_wait_for_each_other)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    const struct replica *replica = kit.members[0].replicas->by_number[0];
    for (int i = 0; i < 3; i++) {
        replicas_kit_send(&kit, 0, str_z(replicas_kit_org(0)), STR("what?"));
    }
    replicas_kit_register(&kit, 0, 1);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_HOLD);
    replicas_step(kit.members[0].replicas);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_WRITE);
    assert_int_equal(replica->dead_letters_pending, 3);
    assert_int_equal(replica->decided, 1);
    while (evlog_mem_held_count(kit.mem) > 0) {
        evlog_mem_deliver(kit.mem, 0, EVLOG_MEM_WRITE);
    }
    replicas_kit_run(&kit, 1);
    expect_decided(&kit, 2);
    replicas_kit_close(&kit);
}

/* A note of three deaths at the command, as the process before left it. */
TEST(replicas, a_command_that_killed_the_process_three_times_is_a_dead_letter)
{
    struct replicas_kit kit;
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 16];
    struct poison *poison = NULL;
    replicas_kit_open(&kit);
    folder_tool_make(folder);
    snprintf(kit.members[0].stores, sizeof kit.members[0].stores, "%s", folder);
    snprintf(path, sizeof path, "%s/poison", folder);
    replicas_kit_make_org(&kit, 0);
    const char *org_id = replicas_kit_org(0);
    struct str record = replicas_kit_command(&kit, org_id, "c", "registerSubject", subject);
    for (int i = 0; i < 3; i++) {
        assert_ok(poison_open(path, &poison));
        poison_begin(poison, record);
        poison_close(poison);
    }
    replicas_kit_start(&kit, 0);
    expect_dead_letter(&kit, str_z(org_id), record, "INTERNAL");
    replicas_kit_close(&kit);
    folder_tool_remove(folder);
}

/* ---- trouble ---- */

TEST(replicas, a_partition_whose_decisions_are_damaged_stops_and_others_go_on)
{
    struct replicas_kit kit;
    struct replica_status status;
    replicas_kit_open_serving(&kit);
    replicas_kit_make_org(&kit, 1);
    replicas_kit_run(&kit, 1);
    replicas_kit_stop(&kit, 0);
    evlog_mem_damage(kit.mem, EVLOG_DECISIONS, 0, 0);
    replicas_kit_start(&kit, 0);
    replicas_kit_run(&kit, 2);
    replica_status(kit.members[0].replicas->by_number[0], &status);
    assert_int_equal(status.state, REPLICA_STOPPED);
    assert_int_equal(status.trouble.code, STATUS_DATA_LOSS);
    replica_status(kit.members[0].replicas->by_number[1], &status);
    assert_int_equal(status.state, REPLICA_LEADER);
    replicas_kit_close(&kit);
}

TEST(replicas, a_log_that_does_not_answer_is_opened_again)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_register(&kit, 0, 1);
    evlog_mem_fate_at(kit.mem, 0, EVLOG_MEM_HOLD);
    replicas_kit_run(&kit, 20);
    assert_int_equal(epochs(&kit), 1);
    replicas_kit_run(&kit, 20);
    expect_decided(&kit, 2);
    replicas_kit_close(&kit);
}

TEST(replicas, a_store_that_refuses_once_is_opened_again)
{
    struct replicas_kit kit;
    struct replica_status status;
    replicas_kit_open_serving(&kit);
    for (long n = 0; n < 4; n++) {
        const struct replica *replica = kit.members[0].replicas->by_number[0];
        store_mem_fail_at(replica->partition->store, n);
        replicas_kit_register(&kit, 0, (unsigned)n);
        replicas_kit_run(&kit, 3);
        replica_status(replica, &status);
        assert_int_equal(status.state, REPLICA_LEADER);
    }
    expect_decided(&kit, 5);
    replicas_kit_close(&kit);
}

/* The store is on disk; a lost race makes the process fold again from what it had written. */
TEST(replicas, stores_on_disk_serve_a_restart_and_a_lost_race)
{
    struct replicas_kit kit;
    char folder[FOLDER_TOOL_PATH_MAX];
    replicas_kit_open(&kit);
    folder_tool_make(folder);
    snprintf(kit.members[0].stores, sizeof kit.members[0].stores, "%s/stores", folder);
    replicas_kit_start(&kit, 0);
    replicas_kit_make_org(&kit, 0);
    replicas_kit_run(&kit, 1);
    replicas_kit_stop(&kit, 0);
    replicas_kit_start(&kit, 0);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_run(&kit, 1);
    replicas_kit_intrude(&kit, 0);
    replicas_kit_register(&kit, 0, 2);
    replicas_kit_run(&kit, 5);
    expect_decided(&kit, 3);
    replicas_kit_close(&kit);
    folder_tool_remove(folder);
}

/* Each large batch is written, and every ten seconds all is flushed, by the flusher. */
TEST(replicas, stores_are_written_and_flushed_beside_the_deciding)
{
    struct replicas_kit kit;
    char folder[FOLDER_TOOL_PATH_MAX];
    unsigned n = 0;
    replicas_kit_open(&kit);
    folder_tool_make(folder);
    snprintf(kit.members[0].stores, sizeof kit.members[0].stores, "%s", folder);
    replicas_kit_start(&kit, 0);
    replicas_kit_make_org(&kit, 0);
    for (unsigned round = 0; round < 120; round++) {
        for (unsigned end = n + 70; n < end; n++) {
            replicas_kit_register(&kit, 0, n);
        }
        replicas_kit_advance(&kit, 100000);
        replicas_step(kit.members[0].replicas);
        replicas_step(kit.members[0].replicas);
    }
    replicas_kit_settle(&kit, 0);
    expect_decided(&kit, 1 + n);
    replicas_kit_close(&kit);
    folder_tool_remove(folder);
}
