/* What a process does on a log that others write, too; test_cowriting.c has the seeded simulation.
 */
#include "tests/lib/stakes_kit.h"
#include "tests/lib/test.h"

TEST(stakes, a_command_on_the_log_is_decided)
{
    struct stakes_kit kit;
    struct stakes_kit_truth truth;
    stakes_kit_open(&kit);
    stakes_kit_start(&kit, 0);
    stakes_kit_make_org(&kit, 0);
    stakes_kit_register(&kit, 0, 1);
    stakes_kit_run(&kit, 1);
    stakes_kit_truth(&kit, 0, &truth);
    assert_int_equal(truth.decided, 2);
    assert_int_equal(truth.partition->position.chain.next_command_offset, truth.commands_end);
    stakes_kit_agree(&kit, &truth);
    assert_true(kit.members[0].follows > 0);
    partition_close(truth.partition);
    stakes_kit_close(&kit);
}
