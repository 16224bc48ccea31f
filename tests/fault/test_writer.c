/* A scenario through the writer with the n-th call of the log failing, n = 0, 1, 2 ... until it
 * passes untouched: whatever failed, asking again with the same command_id ends in the state of an
 * undisturbed run, each command decided once. */
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

#include <stdio.h>

#include "core/model/partition.h"

enum { STEPS = 6, CALLS_MAX = 2000 };

struct step {
    const char *command;
    const char *json;
    enum status_code code;
};

static const struct step steps[STEPS] = {
    { "registerSubject", "{\"subjectId\":\"ada\",\"type\":\"SUBJECT_TYPE_HUMAN\"}", STATUS_OK },
    { "createGroup", "{\"groupId\":\"g\"}", STATUS_OK },
    { "defineRoleType", "{\"roleType\":\"lead\"}", STATUS_OK },
    { "createRole", "{\"roleId\":\"r\",\"roleType\":\"lead\",\"groupIds\":[\"g\"]}", STATUS_OK },
    { "assignRole", "{\"roleId\":\"r\",\"subjectId\":\"nobody\"}", STATUS_NOT_FOUND },
    { "assignRole", "{\"roleId\":\"r\",\"subjectId\":\"ada\"}", STATUS_OK },
};

static void run_steps(struct writer_kit *kit)
{
    writer_kit_make_org(kit, "acme");
    for (int i = 0; i < STEPS; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        struct submit_answer answer =
            writer_kit_insist(kit, "acme", id, steps[i].command, steps[i].json);
        assert_int_equal(answer.code, steps[i].code);
    }
}

/* What the log holds, folded anew: one decision a command, and the state that comes of it. */
static void assert_state(struct writer_kit *kit)
{
    struct evlog *log = NULL;
    assert_ok(evlog_mem_open(kit->mem, true, &log));
    uint32_t number = writer_partition(kit->writer, STR("acme"));
    struct partition_options options = {
        .log = log, .number = number, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
    struct partition *partition = NULL;
    struct arena arena;
    Agency__V1__OrgHead *head = NULL;
    arena_init(&arena, 1 << 20);
    assert_ok(partition_open(&options, &partition));
    assert_ok(partition_catch_up(partition, log));
    assert_ok(fold_head(&partition->fold, &arena, STR("acme"), &head));
    assert_int_equal(head->org_sequence, 1 + STEPS - 1); /* the org, and the accepted steps */
    partition_close(partition);
    evlog_close(log);
    arena_release(&arena);
}

TEST(writer, every_call_of_the_log_may_fail)
{
    bool touched = true;
    for (long n = 0; touched; n++) {
        struct writer_kit kit;
        assert_true(n < CALLS_MAX);
        writer_kit_open(&kit);
        evlog_mem_fail_at(kit.mem, n);
        run_steps(&kit);
        touched = evlog_mem_failed(kit.mem);
        evlog_mem_fail_at(kit.mem, -1);
        assert_state(&kit);
        writer_kit_close(&kit);
    }
}

TEST(writer, every_append_may_become_unknown_written_or_not)
{
    static const enum evlog_mem_fate fates[] = { EVLOG_MEM_WRITE_UNKNOWN, EVLOG_MEM_LOSE_UNKNOWN };
    for (size_t fate = 0; fate < 2; fate++) {
        for (long n = 0; n < 2 * STEPS; n++) {
            struct writer_kit kit;
            writer_kit_open(&kit);
            evlog_mem_fate_at(kit.mem, n, fates[fate]);
            run_steps(&kit);
            assert_state(&kit);
            writer_kit_close(&kit);
        }
    }
}
