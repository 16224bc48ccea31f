/* The log on three brokers that replicate: the leader dies, a follower hangs while an owner dies.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/lib/broker_tool.h"
#include "tests/lib/kafka_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

static struct evlog_kafka_options cluster_made(char prefix[KAFKA_TOOL_PREFIX_SIZE])
{
    broker_tool_nodes(3);
    struct evlog_kafka_options options = kafka_tool_made(prefix);
    kafka_tool_await_replicas(&options);
    return options;
}

TEST(evlog_cluster, a_killed_leader_loses_and_doubles_nothing)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog_kafka_options options = cluster_made(prefix);
    struct kafka_load *load = kafka_load_new(&options);
    int leader = kafka_tool_leader(&options, 1);
    kafka_load_run(load, KAFKA_TOOL_LOAD / 2);
    broker_tool_kill(leader);
    kafka_load_run(load, KAFKA_TOOL_LOAD);
    kafka_load_finish(load);
    kafka_load_check(load);
    kafka_load_free(load, "leader of three killed");
    broker_tool_restart(leader);
}

/* Appends records of a chain without waiting for them. */
static void cluster_flood(struct evlog *log, struct chain *chain, int count)
{
    for (int i = 0; i < count; i++) {
        struct record record = { .type = RECORD_DECISION, .body = STR("under way") };
        struct buf value = { 0 };
        chain_next(chain, chain->next_command_offset + 1, &record);
        record_encode(&record, &value);
        struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                   .key = STR("org"),
                                   .value = buf_str(&value) };
        assert_ok(evlog_append(log, &item, 1));
        chain_push(chain, &record, buf_str(&value));
        buf_release(&value);
    }
}

/* With a follower that hangs, records stay invisible until it is taken out of the set that must
 * have them: those of a dead owner appear seconds after its death, before and after the EPOCH of
 * the next. Whatever appears when, all readers make the same of it. */
TEST(evlog_cluster, late_records_of_a_dead_owner_divide_no_readers)
{
    char prefix[KAFKA_TOOL_PREFIX_SIZE];
    struct evlog *old, *new, *other;
    struct chain believed, chain, seen;
    struct evlog_kafka_options options = cluster_made(prefix);
    int frozen = kafka_tool_leader(&options, 0) % 3 + 1;
    assert_ok(evlog_kafka_open(&options, &old));
    kafka_owner_take(old, 1, 'O');
    kafka_owner_fold(old, &believed);
    assert_ok(evlog_kafka_open(&options, &new));
    broker_tool_freeze(frozen, true);
    cluster_flood(old, &believed, 2000);
    usleep(300000);
    evlog_close(old);
    kafka_owner_take(new, 2, 'N');
    kafka_owner_fold(new, &chain);
    kafka_owner_decide(new, &chain, "new owner");
    broker_tool_freeze(frozen, false);
    assert_ok(evlog_kafka_open(&options, &other));
    size_t fenced = kafka_owner_fold(other, &seen);
    assert_true(hash_eq(&seen.head, &chain.head));
    assert_int_equal(seen.epoch, 2);
    print_message("%llu of 2000 late records counted, %zu fenced\n",
                  (unsigned long long)seen.sequence - 3, fenced);
    evlog_close(new);
    evlog_close(other);
}
