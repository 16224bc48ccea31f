/* The thread around the replicas: begun, watched from outside, ended. */
#include "tests/lib/replicas_kit.h"

#include <stdio.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"
#include "writers/cluster/server.h"

static struct status open_log(void *context, bool read_only, struct evlog **log)
{
    struct replicas_kit *kit = context;
    return evlog_mem_open(kit->mem, read_only, log);
}

static struct server_options writer_options(struct replicas_kit *kit, uint64_t process)
{
    return (struct server_options){ .opener = { open_log, kit },
                                    .clock = clock_real(),
                                    .configuration = kit->configuration,
                                    .cluster = &kit->cluster,
                                    .election_timeout_us = 200000,
                                    .process = process };
}

/* The log says the time of the clock that the writers have: one that is a second away decides
 * nothing. */
static void tell_time(struct replicas_kit *kit)
{
    struct clock clock = clock_real();
    kit->now_us = clock_now_us(&clock);
    evlog_mem_set_time(kit->mem, kit->now_us);
}

static void open_kit(struct replicas_kit *kit)
{
    replicas_kit_open(kit);
    tell_time(kit);
}

static void open_writer(struct replicas_kit *kit, uint64_t process, struct server **writer)
{
    struct server_options options = writer_options(kit, process);
    assert_ok(server_open(&options, writer));
}

static struct replica_status await(struct replicas_kit *kit, struct server *writer,
                                   uint64_t sequence)
{
    enum { TRIES_MAX = 2000 };
    struct replica_status statuses[REPLICAS_KIT_PARTITIONS] = { 0 };
    for (int i = 0; i < TRIES_MAX && statuses[0].sequence < sequence; i++) {
        evlog_wait(-1, 10000);
        tell_time(kit);
        server_statuses(writer, statuses, REPLICAS_KIT_PARTITIONS);
    }
    if (statuses[0].sequence < sequence) {
        fail_msg("expected sequence %llu within 20 s, but it is %llu, in state %d, epoch %llu",
                 (unsigned long long)sequence, (unsigned long long)statuses[0].sequence,
                 (int)statuses[0].state, (unsigned long long)statuses[0].epoch);
    }
    return statuses[0];
}

TEST(server, it_decides_and_says_how_it_is)
{
    struct replicas_kit kit;
    struct server *writer = NULL;
    open_kit(&kit);
    replicas_kit_make_org(&kit, 0);
    open_writer(&kit, 7, &writer);
    struct replica_status status = await(&kit, writer, 2);
    assert_int_equal(status.state, REPLICA_LEADER);
    assert_int_equal(server_process(status.leader), 7);
    assert_int_equal(status.decided, 1);
    assert_int_equal(status.next_command_offset, 1);
    assert_false(server_all_stopped(writer));
    server_close(writer);
    replicas_kit_close(&kit);
}

TEST(server, it_ends_with_a_tick_behind_all_that_it_decided)
{
    struct replicas_kit kit;
    struct replicas_kit_truth truth;
    struct server *writer = NULL;
    open_kit(&kit);
    replicas_kit_make_org(&kit, 0);
    open_writer(&kit, 7, &writer);
    await(&kit, writer, 2);
    server_close(writer);
    replicas_kit_truth(&kit, 0, &truth);
    assert_int_equal(truth.decided, 1);
    assert_true(truth.partition->position.chain.sequence >= 3);
    partition_close(truth.partition);
    replicas_kit_close(&kit);
}

TEST(server, another_process_goes_on_with_the_log)
{
    struct replicas_kit kit;
    struct replicas_kit_truth truth;
    struct server *first = NULL, *second = NULL;
    open_kit(&kit);
    replicas_kit_make_org(&kit, 0);
    open_writer(&kit, 1, &first);
    await(&kit, first, 2);
    open_writer(&kit, 2, &second);
    server_close(first);
    replicas_kit_register(&kit, 0, 1);
    struct replica_status status = { 0 };
    while (status.decided == 0) {
        status = await(&kit, second, status.sequence + 1);
    }
    server_close(second);
    replicas_kit_truth(&kit, 0, &truth);
    assert_int_equal(truth.decided, 2);
    partition_close(truth.partition);
    replicas_kit_close(&kit);
}

static void hear_nothing(void *self, uint32_t partition, uint64_t offset, struct str value,
                         const struct hash *head)
{
    (void)self;
    (void)partition;
    (void)offset;
    (void)value;
    (void)head;
}

static int no_descriptor(void *self)
{
    (void)self;
    return -1;
}

static void count_steps(void *self, struct partition *partition, bool serving)
{
    unsigned *steps = self;
    *steps += serving && partition->position.chain.sequence > 1;
}

/* The store of partition 0, as it was left, has the root of what the log says. */
static void expect_stored(struct replicas_kit *kit, const char *folder, struct partition *truth)
{
    char path[FOLDER_TOOL_PATH_MAX + 8];
    struct hash stored, expected;
    uint64_t stored_count, expected_count;
    struct partition *partition = NULL;
    snprintf(path, sizeof path, "%s/p00", folder);
    struct partition_options options = {
        .store = path, .log = kit->client, .level_known = FORMAT_LEVEL, .memory_max = 1 << 26
    };
    assert_ok(partition_open(&options, &partition));
    assert_int_equal(partition->rebuilt.code, STATUS_OK);
    assert_int_equal(partition->position.chain.sequence, truth->position.chain.sequence);
    assert_ok(store_root(partition->reader, &stored, &stored_count));
    assert_ok(store_root(truth->reader, &expected, &expected_count));
    assert_int_equal(stored_count, expected_count);
    assert_true(hash_eq(&stored, &expected));
    partition_close(partition);
}

/* Large batches are written, and stores flushed, beside the deciding. */
TEST(server, a_backlog_is_decided_while_stores_are_written)
{
    enum { BACKLOG = 3000 };
    struct replicas_kit kit;
    struct replicas_kit_truth truth;
    struct server *writer = NULL;
    char folder[FOLDER_TOOL_PATH_MAX];
    unsigned steps = 0;
    open_kit(&kit);
    folder_tool_make(folder);
    replicas_kit_make_org(&kit, 0);
    for (unsigned n = 0; n < BACKLOG; n++) {
        replicas_kit_register(&kit, 0, n);
    }
    struct server_options options = writer_options(&kit, 1);
    options.stores = folder;
    options.observer = (struct server_observer){ hear_nothing, count_steps, no_descriptor, &steps };
    assert_ok(server_open(&options, &writer));
    await(&kit, writer, 2 + BACKLOG);
    server_close(writer);
    replicas_kit_truth(&kit, 0, &truth);
    assert_int_equal(truth.decided, 1 + BACKLOG);
    assert_true(steps > 0);
    expect_stored(&kit, folder, truth.partition);
    partition_close(truth.partition);
    replicas_kit_close(&kit);
    folder_tool_remove(folder);
}
