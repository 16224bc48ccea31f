/* The whole system on three brokers that replicate: the leader dies, a broker hangs, a follower
 * hangs while the owner dies. */
#include "tests/lib/broker_tool.h"
#include "tests/lib/drill.h"
#include "tests/lib/kafka_tool.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 3, ORGS = 24, COMMANDS_MAX = 200000 };
static const double RATE = 500;

static void cluster_scene(struct drill *drill)
{
    broker_tool_nodes(3);
    drill_open(drill, PARTITIONS);
    drill_start(drill, 0, 0);
    drill_load(drill, ORGS, COMMANDS_MAX);
    drill_start(drill, 1, 0);
    load_run(drill->load, 3, RATE);
    kafka_tool_await_replicas(&drill->options);
    load_forget_pause(drill->load);
}

TEST(cluster, whose_leader_is_killed_loses_and_repeats_nothing)
{
    struct drill drill;
    cluster_scene(&drill);
    int leader = kafka_tool_leader(&drill.options, 0);
    load_send(drill.load, 5000, 0);
    broker_tool_kill(leader);
    load_run(drill.load, 10, RATE);
    broker_tool_restart(leader);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "leader of three brokers killed");
}

/* Each broker leads one partition and follows in two. Others lead when its session is over; what
 * was asked of it is given up after 6 s. */
TEST(cluster, one_of_whose_brokers_hangs_goes_on_before_that_wakes)
{
    static const double HANGS = 20;
    struct drill drill;
    cluster_scene(&drill);
    int frozen = kafka_tool_leader(&drill.options, 0);
    broker_tool_freeze(frozen, true);
    load_run(drill.load, HANGS, RATE);
    broker_tool_freeze(frozen, false);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "one of three brokers frozen for 20 s");
    if (drill.pause > HANGS - 2) {
        fail_msg("expected answers while the broker hung, but there were none for %.1f s",
                 drill.pause);
    }
}

/* With a follower that hangs, records stay invisible until it is taken out of the set that must
 * have them: those of a dead owner appear seconds after its death. */
TEST(cluster, whose_follower_hangs_while_the_owner_dies_divides_no_readers)
{
    struct drill drill;
    cluster_scene(&drill);
    int frozen = kafka_tool_leader(&drill.options, 0) % 3 + 1;
    broker_tool_freeze(frozen, true);
    load_send(drill.load, 3000, 0);
    process_tool_kill(&drill.members[0].process);
    load_run(drill.load, 8, RATE);
    broker_tool_freeze(frozen, false);
    drill_start(&drill, 0, 1);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "a follower frozen while the leader dies");
}
