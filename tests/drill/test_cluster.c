/* The whole system on three brokers that replicate: the leader dies, a follower hangs while the
 * owner dies. */
#include <stdio.h>

#include <librdkafka/rdkafka.h>

#include "tests/lib/broker_tool.h"
#include "tests/lib/drill.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 3, ORGS = 24, COMMANDS_MAX = 200000 };
static const double RATE = 500;

/* The number of the node that leads a partition of the decisions. */
static int cluster_leader(const struct drill *drill, int partition)
{
    char reason[128], topic[DRILL_PREFIX_SIZE + 16];
    const struct rd_kafka_metadata *metadata;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", drill->options.brokers, reason, sizeof reason);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    snprintf(topic, sizeof topic, "%s.decisions", drill->prefix);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    assert_int_equal(rd_kafka_metadata(client, 0, handle, &metadata, 30000), 0);
    int leader = metadata->topics[0].partitions[partition].leader;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(client);
    return leader;
}

static void cluster_scene(struct drill *drill)
{
    broker_tool_nodes(3);
    drill_open(drill, PARTITIONS);
    drill_start(drill, 0, 0);
    drill_load(drill, ORGS, COMMANDS_MAX);
    drill_start(drill, 1, 0);
    load_run(drill->load, 3, RATE);
    load_forget_pause(drill->load);
}

TEST(cluster, whose_leader_is_killed_loses_and_repeats_nothing)
{
    struct drill drill;
    cluster_scene(&drill);
    int leader = cluster_leader(&drill, 0);
    load_send(drill.load, 5000, 0);
    broker_tool_kill(leader);
    load_run(drill.load, 10, RATE);
    broker_tool_restart(leader);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "leader of three brokers killed");
}

/* With a follower that hangs, records stay invisible until it is taken out of the set that must
 * have them: those of a dead owner appear seconds after its death. */
TEST(cluster, whose_follower_hangs_while_the_owner_dies_divides_no_readers)
{
    struct drill drill;
    cluster_scene(&drill);
    int frozen = cluster_leader(&drill, 0) % 3 + 1;
    broker_tool_freeze(frozen, true);
    load_send(drill.load, 3000, 0);
    process_tool_kill(&drill.members[0].process);
    load_run(drill.load, 8, RATE);
    broker_tool_freeze(frozen, false);
    drill_start(&drill, 0, 1);
    load_run(drill.load, 3, RATE);
    drill_close(&drill, "a follower frozen while the owner dies");
}
