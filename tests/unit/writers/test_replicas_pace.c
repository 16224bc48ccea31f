#include "tests/lib/replicas_kit.h"
#include "tests/lib/test.h"

TEST(replicas_pace, a_store_that_is_made_anew_says_how_far_it_is)
{
    struct replicas_kit kit;
    struct replica_status status;
    replicas_kit_open_serving(&kit);
    for (unsigned n = 0; n < 2000; n++) {
        replicas_kit_register(&kit, 0, n);
        replicas_kit_run(&kit, 1);
    }
    replicas_kit_run(&kit, 3);
    replica_status(kit.members[0].replicas->by_number[0], &status);
    assert_false(status.catching_up);
    assert_int_equal(pace_left(&status.pace), 0);
    uint64_t all = status.pace.offset;
    replicas_kit_stop(&kit, 0);
    replicas_kit_start(&kit, 0);
    do { /* it opens the log, then the store, which is in memory: all is folded again */
        replicas_step(kit.members[0].replicas);
    } while (kit.members[0].replicas->count == 0);
    do {
        replicas_step(kit.members[0].replicas);
        replica_status(kit.members[0].replicas->by_number[0], &status);
    } while (status.pace.offset == 0);
    assert_true(status.catching_up);
    assert_int_equal(status.pace.begin, 0);
    assert_int_equal(status.pace.end, all);
    replicas_kit_run(&kit, 8);
    replica_status(kit.members[0].replicas->by_number[0], &status);
    assert_false(status.catching_up);
    assert_int_equal(pace_left(&status.pace), 0);
    replicas_kit_close(&kit);
}
