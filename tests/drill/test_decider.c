/* Deciders that die, freeze and compete, under load, on a real broker. */
#include "tests/lib/drill.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum { PARTITIONS = 4, ORGS = 32, COMMANDS_MAX = 200000 };
static const double RATE = 500;

/* T, a standby's jitter of up to T more, and what taking over costs. */
static const double TAKE_OVER_MAX = 2 + 2;

static void decider_pair(struct drill *drill)
{
    drill_open(drill, PARTITIONS);
    drill_start(drill, 0, 0);
    drill_load(drill, ORGS, COMMANDS_MAX);
    drill_start(drill, 1, 0);
    load_run(drill->load, 2, RATE);
    load_forget_pause(drill->load);
}

TEST(decider, killed_is_followed_by_its_standby)
{
    struct drill drill;
    decider_pair(&drill);
    process_tool_kill(&drill.members[0].process);
    load_run(drill.load, 5, RATE);
    drill_start(&drill, 0, 1);
    load_run(drill.load, 2, RATE);
    drill_close(&drill, "decider killed, a follower takes over");
    if (drill.pause > TAKE_OVER_MAX) {
        fail_msg("expected a follower to decide within %.0f s, but it took %.1f s", TAKE_OVER_MAX,
                 drill.pause);
    }
}

TEST(decider, frozen_for_20_s_answers_nothing_when_it_wakes)
{
    struct drill drill;
    decider_pair(&drill);
    process_tool_freeze(&drill.members[0].process, true);
    load_run(drill.load, 20, RATE);
    process_tool_freeze(&drill.members[0].process, false);
    load_run(drill.load, 5, RATE);
    drill_close(&drill, "decider frozen for 20 s, a follower takes over");
    assert_true(drill.audit.epochs >= 2 * PARTITIONS);
}

TEST(decider, started_twice_agrees_who_decides)
{
    struct drill drill;
    drill_open(&drill, PARTITIONS);
    drill_start(&drill, 0, 0);
    drill_start(&drill, 1, 0);
    drill_start(&drill, 2, 0);
    drill_load(&drill, ORGS, COMMANDS_MAX);
    load_run(drill.load, 5, RATE);
    drill_close(&drill, "three deciders started at once");
}

TEST(decider, killed_again_and_again_loses_and_repeats_nothing)
{
    enum { KILLS = 20 };
    struct drill drill;
    decider_pair(&drill);
    srandom(1);
    for (int i = 0; i < KILLS; i++) {
        int member = (int)(random() % 2);
        load_run(drill.load, 0.2 + (double)(random() % 1000) / 1000, RATE);
        process_tool_kill(&drill.members[member].process);
        drill_start(&drill, member, 0);
    }
    drill_close(&drill, "two deciders, killed 20 times");
}
