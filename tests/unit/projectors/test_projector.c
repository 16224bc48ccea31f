#include "projectors/projector.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

static struct projector *projector_on(const struct partition_kit *kit, const char *stores)
{
    struct projector_options options = {
        .log = kit->log, .stores = stores, .level_known = FORMAT_LEVEL, .memory_max = 1 << 24
    };
    struct projector *projector = NULL;
    assert_ok(projector_open(&options, &projector));
    return projector;
}

static void register_subjects(struct partition_kit *kit, int from, int upto)
{
    for (int i = from; i < upto; i++) {
        char json[96];
        snprintf(json, sizeof json, "{\"subjectId\":\"s%d\",\"type\":\"SUBJECT_TYPE_AGENT\"}", i);
        partition_kit_do(kit, NULL, "registerSubject", json);
    }
}

TEST(projector, it_follows_the_log_and_goes_on_after_a_restart)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 600);
    struct projector *projector = projector_on(&kit, kit.folder);
    assert_ok(projector_catch_up(projector));
    assert_int_equal(projector_partition(projector, 0)->position.chain.sequence, 602);
    projector_close(projector);
    register_subjects(&kit, 600, 610);
    assert_ok(partition_write(kit.decided));
    projector = projector_on(&kit, kit.folder);
    assert_int_equal(projector_partition(projector, 0)->position.chain.sequence, 602);
    assert_ok(projector_catch_up(projector));
    char root[HASH_HEX_SIZE];
    snprintf(root, sizeof root, "%s", partition_kit_root(kit.decided));
    assert_string_equal(partition_kit_root(projector_partition(projector, 0)), root);
    assert_null(projector_partition(projector, 1));
    projector_close(projector);
    partition_kit_close(&kit);
}

/* A log whose first read gives nothing, as a broker that takes its time. */
static struct evlog_ops slow_log;
static struct evlog_reader_ops slow_reader;
static const struct evlog_ops *quick_log;
static const struct evlog_reader_ops *quick_reader;

static struct status read_at_once(struct evlog_reader *reader, struct evlog_record *out,
                                  size_t out_max, size_t *out_count)
{
    (void)out;
    (void)out_max;
    (void)out_count;
    reader->ops = quick_reader;
    return status_ok();
}

static struct status open_slow_reader(struct evlog *log, enum evlog_stream stream,
                                      struct evlog_reader **reader)
{
    TRY(quick_log->reader_open(log, stream, reader));
    quick_reader = (*reader)->ops;
    slow_reader = *quick_reader;
    slow_reader.read = read_at_once;
    (*reader)->ops = &slow_reader;
    return status_ok();
}

TEST(projector, a_store_is_shown_when_it_has_what_the_log_had_not_when_nothing_came)
{
    struct partition_kit kit;
    struct store_reader *reader;
    struct projector *projector;
    partition_kit_open_org(&kit);
    struct shelf *shelf = shelf_new(kit.log->identity.partitions_count);
    struct projector_options options = {
        .log = kit.log, .level_known = FORMAT_LEVEL, .memory_max = 1 << 24, .shelf = shelf
    };
    quick_log = kit.log->ops;
    slow_log = *quick_log;
    slow_log.reader_open = open_slow_reader;
    kit.log->ops = &slow_log;
    assert_ok(projector_open(&options, &projector));
    kit.log->ops = quick_log;
    assert_ok(projector_step(projector, 0, NULL));
    assert_code(STATUS_UNAVAILABLE, shelf_open(shelf, 0, &reader));
    assert_int_equal(projector_log_end(projector, 0), 2);
    assert_ok(projector_catch_up(projector));
    assert_ok(shelf_open(shelf, 0, &reader));
    shelf_close(shelf, 0, reader);
    projector_close(projector);
    shelf_free(shelf);
    partition_kit_close(&kit);
}

TEST(projector, a_damaged_log_stops_the_partition_which_keeps_what_it_had)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 5);
    evlog_mem_damage(kit.mem, EVLOG_DECISIONS, 0, 4);
    struct projector *projector = projector_on(&kit, NULL);
    assert_ok(projector_catch_up(projector));
    struct partition *partition = projector_partition(projector, 0);
    assert_int_equal(partition->stopped.code, STATUS_DATA_LOSS);
    assert_int_equal(partition->position.offset, 4);
    struct hash root;
    uint64_t count;
    assert_ok(store_verify_root(partition->reader, &root, &count));
    assert_true(count > 2);
    projector_close(projector);
    partition_kit_close(&kit);
}

TEST(projector, a_store_that_saw_more_than_the_log_has_stops)
{
    struct partition_kit kit, lost;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 5);
    struct projector *projector = projector_on(&kit, kit.folder);
    assert_ok(projector_catch_up(projector));
    projector_close(projector);
    partition_kit_open(&lost); /* the same log without its end */
    projector = projector_on(&lost, kit.folder);
    assert_int_equal(projector_stopped(projector, 0).code, STATUS_DATA_LOSS);
    assert_ok(projector_catch_up(projector));
    assert_null(projector_partition(projector, 0));
    projector_close(projector);
    partition_kit_close(&lost);
    partition_kit_close(&kit);
}

TEST(projector, a_log_that_loses_its_tail_under_way_stops_the_partition)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 5);
    struct projector *projector = projector_on(&kit, NULL);
    assert_ok(projector_catch_up(projector));
    evlog_mem_cut(kit.mem, EVLOG_DECISIONS, 0, 4);
    assert_ok(projector_step(projector, 0, NULL));
    assert_int_equal(projector_stopped(projector, 0).code, STATUS_DATA_LOSS);
    assert_int_equal(projector_partition(projector, 0)->position.chain.sequence, 7);
    projector_close(projector);
    partition_kit_close(&kit);
}

TEST(projector, a_log_that_fails_for_a_while_is_followed_again)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 20);
    struct projector *projector = projector_on(&kit, NULL);
    evlog_mem_fail_at(kit.mem, 0);
    assert_code(STATUS_UNAVAILABLE, projector_catch_up(projector));
    assert_ok(projector_catch_up(projector));
    assert_int_equal(projector_partition(projector, 0)->position.chain.sequence, 22);
    projector_close(projector);
    partition_kit_close(&kit);
}

TEST(projector, a_store_that_fails_for_a_while_is_written_again)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 20);
    struct projector *projector = projector_on(&kit, NULL);
    struct partition *partition = projector_partition(projector, 0);
    for (long n = 0; n < 1000; n++) {
        store_mem_fail_at(partition->store, n);
        struct status st = projector_catch_up(projector);
        store_mem_fail_at(partition->store, -1);
        if (st.code == STATUS_OK) {
            break;
        }
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
    }
    assert_ok(partition_write(kit.decided));
    char root[HASH_HEX_SIZE];
    snprintf(root, sizeof root, "%s", partition_kit_root(kit.decided));
    assert_string_equal(partition_kit_root(partition), root);
    projector_close(projector);
    partition_kit_close(&kit);
}

TEST(projector, a_partition_that_the_log_has_not_is_refused)
{
    struct partition_kit kit;
    partition_kit_open(&kit);
    const uint32_t numbers[] = { 3 };
    struct projector_options options = { .log = kit.log,
                                         .partitions = numbers,
                                         .partitions_count = 1,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = 1 << 20 };
    struct projector *projector;
    assert_code(STATUS_INVALID_ARGUMENT, projector_open(&options, &projector));
    partition_kit_close(&kit);
}

static void limit_files(rlim_t size_max)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size_max < limit.rlim_max ? size_max : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(projector, a_disk_that_was_full_is_written_again)
{
    struct partition_kit kit;
    bool idle = false;
    int64_t later_us = PROJECTOR_FLUSH_US * 1000;
    partition_kit_open_org(&kit);
    register_subjects(&kit, 0, 300);
    struct projector *projector = projector_on(&kit, kit.folder);
    assert_ok(projector_catch_up(projector));
    signal(SIGXFSZ, SIG_IGN);
    limit_files(2048);
    assert_code(STATUS_UNAVAILABLE, projector_step(projector, later_us, NULL));
    assert_code(STATUS_UNAVAILABLE, projector_step(projector, later_us, NULL));
    limit_files(RLIM_INFINITY);
    register_subjects(&kit, 300, 310);
    while (!idle) {
        assert_ok(projector_step(projector, later_us, &idle));
    }
    assert_ok(partition_write(kit.decided));
    struct partition *partition = projector_partition(projector, 0);
    assert_int_equal(partition->rebuilt.code, STATUS_OK);
    assert_ok(store_compare(kit.decided->reader, partition->reader));
    projector_close(projector);
    partition_kit_close(&kit);
}
