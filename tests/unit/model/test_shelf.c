#include "core/model/shelf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

static uint64_t sequence_of(struct shelf *shelf, uint32_t number)
{
    struct store_reader *reader;
    struct position position;
    struct store_row row;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_ok(shelf_open(shelf, number, &reader));
    assert_ok(store_position(reader, &arena, &row));
    uint64_t sequence = 0;
    if (row.found) {
        assert_ok(position_decode(row.value, FORMAT_LEVEL, &position));
        sequence = position.chain.sequence;
    }
    shelf_close(shelf, number, reader);
    arena_release(&arena);
    return sequence;
}

TEST(shelf, a_partition_is_read_while_it_is_shown)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    struct shelf *shelf = shelf_new(kit.log->identity.partitions_count);
    struct partition *partition = partition_kit_fold(&kit, NULL);
    struct store_reader *reader;
    assert_code(STATUS_UNAVAILABLE, shelf_open(shelf, 0, &reader));
    partition_show(partition, shelf);
    partition_show(partition, shelf);
    assert_int_equal(sequence_of(shelf, 0), 2);
    uint64_t version = shelf_version(shelf, 0);
    partition_kit_do(&kit, NULL, "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_ok(partition_kit_catch_up(&kit, partition));
    assert_true(shelf_version(shelf, 0) != version);
    assert_int_equal(sequence_of(shelf, 0), 3);
    partition_close(partition);
    assert_code(STATUS_UNAVAILABLE, shelf_open(shelf, 0, &reader));
    shelf_free(shelf);
    partition_kit_close(&kit);
}

struct taking {
    struct partition *partition;
    atomic_bool taken;
};

static void *take(void *argument)
{
    struct taking *taking = argument;
    partition_close(taking->partition);
    taking->taken = true;
    return NULL;
}

TEST(shelf, taking_a_store_away_waits_for_its_readers)
{
    struct partition_kit kit;
    struct taking taking = { 0 };
    struct store_reader *reader;
    pthread_t thread;
    partition_kit_open_org(&kit);
    struct shelf *shelf = shelf_new(kit.log->identity.partitions_count);
    taking.partition = partition_kit_fold(&kit, NULL);
    partition_show(taking.partition, shelf);
    uint64_t version = shelf_version(shelf, 0);
    assert_ok(shelf_open(shelf, 0, &reader));
    pthread_create(&thread, NULL, take, &taking);
    while (shelf_version(shelf, 0) == version) {
        usleep(100);
    }
    assert_false(taking.taken);
    shelf_close(shelf, 0, reader);
    pthread_join(thread, NULL);
    assert_true(taking.taken);
    shelf_free(shelf);
    partition_kit_close(&kit);
}

TEST(shelf, a_writer_shows_all_partitions_and_what_it_has_decided)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    kit.shelf = shelf_new(2);
    writer_kit_restart(&kit);
    while (shelf_version(kit.shelf, 0) == 0 || shelf_version(kit.shelf, 1) == 0) {
        usleep(100);
    }
    writer_kit_make_org(&kit, "acme");
    struct submit_answer answer =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    uint32_t number = writer_partition(kit.writer, STR("acme"));
    while (sequence_of(kit.shelf, number) < answer.sequence) {
        usleep(100);
    }
    assert_true(shelf_closed_time(kit.shelf) > 0);
    writer_kit_stop(&kit);
    struct store_reader *reader;
    assert_code(STATUS_UNAVAILABLE, shelf_open(kit.shelf, number, &reader));
    shelf_free(kit.shelf);
    writer_kit_close(&kit);
}
