/* The clock of a process on a log that others write, too, against the log's. */
#include "tests/lib/replicas_kit.h"
#include "tests/lib/test.h"

static const int64_t HOUR_US = INT64_C(3600000000);

/* When the last record of partition 0 was made, as the log says. */
static int64_t last_recorded(struct replicas_kit *kit)
{
    struct replicas_kit_truth truth;
    replicas_kit_truth(kit, 0, &truth);
    int64_t time_us = truth.partition->position.time_us;
    partition_close(truth.partition);
    return time_us;
}

TEST(replicas_clock, a_leap_of_its_clock_is_not_stamped)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    kit.members[0].clock.now_us += HOUR_US;
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_run(&kit, 1);
    assert_true(last_recorded(&kit) <= kit.now_us);
    replicas_kit_close(&kit);
}

TEST(replicas_clock, a_leap_that_the_log_has_seen_too_is_stamped)
{
    struct replicas_kit kit;
    replicas_kit_open_serving(&kit);
    replicas_kit_advance(&kit, HOUR_US);
    kit.members[0].clock.monotonic_us -= HOUR_US; /* boottime did not go on */
    replicas_kit_run(&kit, 0);
    replicas_kit_register(&kit, 0, 1);
    replicas_kit_run(&kit, 0);
    assert_int_equal(last_recorded(&kit), kit.now_us);
    replicas_kit_close(&kit);
}

/* The clock of the log is two seconds ahead of that of the process. */
TEST(replicas_clock, a_process_whose_clock_is_wrong_does_not_serve)
{
    struct replicas_kit kit;
    replicas_kit_open(&kit);
    evlog_mem_set_time(kit.mem, kit.now_us + 2000000);
    replicas_kit_start(&kit, 0);
    for (int i = 0; i < 10; i++) {
        replicas_step(kit.members[0].replicas);
    }
    assert_int_equal(replicas_kit_server(&kit, 0), -1);
    assert_true(kit.members[0].reports > 0);
    evlog_mem_set_time(kit.mem, kit.now_us);
    replicas_kit_run(&kit, 14);
    assert_int_equal(replicas_kit_server(&kit, 0), 0);
    replicas_kit_close(&kit);
}
