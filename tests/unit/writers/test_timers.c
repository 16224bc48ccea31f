#include "writers/timers.h"

#include <stdio.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

/* The orgs whose turns come at a time, one letter each, in order. */
static const char *turns(struct timers *timers, int64_t now_us)
{
    static char said[64];
    struct timer_turn turn;
    size_t size = 0;
    while (timers_take(timers, now_us, &turn)) {
        said[size++] = turn.org_id.data[0];
    }
    said[size] = '\0';
    return said;
}

TEST(timers, nobody_has_a_turn_before_his_time)
{
    struct timers timers;
    timers_init(&timers);
    assert_int_equal(timers_next_us(&timers), INT64_MAX);
    timers_note(&timers, STR("b"), 20);
    timers_note(&timers, STR("a"), 10);
    timers_note(&timers, STR("c"), 30);
    assert_int_equal(timers_next_us(&timers), 10);
    assert_string_equal(turns(&timers, 9), "");
    assert_string_equal(turns(&timers, 20), "ab");
    assert_int_equal(timers_next_us(&timers), 30);
    timers_release(&timers);
}

TEST(timers, one_in_which_much_is_due_holds_up_none)
{
    struct timers timers;
    struct timer_turn turn;
    char said[9] = { 0 };
    timers_init(&timers);
    timers_note(&timers, STR("a"), 1);
    timers_note(&timers, STR("b"), 2);
    timers_note(&timers, STR("c"), 3);
    for (size_t i = 0; i < 8; i++) {
        assert_true(timers_take(&timers, 5, &turn));
        said[i] = turn.org_id.data[0];
        if (said[i] == 'a') {
            timers_note(&timers, turn.org_id, 1); /* there is more of it */
        } else if (i < 4) {
            timers_note(&timers, turn.org_id, 4);
        }
    }
    assert_string_equal(said, "abcabcaa");
    timers_release(&timers);
}

TEST(timers, what_is_noted_again_counts_alone)
{
    struct timers timers;
    timers_init(&timers);
    timers_note(&timers, STR("a"), 10);
    timers_note(&timers, STR("b"), 20);
    timers_note(&timers, STR("a"), 30);
    timers_note(&timers, STR("b"), INT64_MAX);
    timers_note(&timers, STR("c"), INT64_MAX);
    assert_string_equal(turns(&timers, 29), "");
    assert_string_equal(turns(&timers, 30), "a");
    assert_int_equal(timers_next_us(&timers), INT64_MAX);
    timers_release(&timers);
}

TEST(timers, an_org_that_takes_imports_has_its_own_time)
{
    struct timers timers;
    struct timer_turn turn;
    timers_init(&timers);
    timers_note(&timers, STR("a"), 10);
    timers_note_until(&timers, STR("a"), 15);
    assert_true(timers_take(&timers, 20, &turn));
    assert_int_equal(turn.until_us, 15);
    timers_note(&timers, STR("b"), 10);
    assert_true(timers_take(&timers, 20, &turn));
    assert_int_equal(turn.until_us, INT64_MIN);
    timers_release(&timers);
}

/* The heap against the smallest of a plain list. */
TEST(timers, the_first_is_always_the_first)
{
    enum { ORGS = 50 };
    struct timers timers;
    struct random_state random = { .state = 1 };
    int64_t due[ORGS];
    timers_init(&timers);
    for (int i = 0; i < ORGS; i++) {
        due[i] = INT64_MAX;
    }
    for (int step = 0; step < 20000; step++) {
        char id[8];
        unsigned org = random_below(&random, ORGS);
        int size = snprintf(id, sizeof id, "%u", org);
        due[org] = random_below(&random, 4) == 0 ? INT64_MAX : random_below(&random, 1000);
        timers_note(&timers, str_make(id, (size_t)size), due[org]);
        int64_t first = INT64_MAX;
        for (int i = 0; i < ORGS; i++) {
            first = due[i] < first ? due[i] : first;
        }
        assert_int_equal(timers_next_us(&timers), first);
    }
    timers_release(&timers);
}

TEST(timers, the_heads_of_a_partition_say_it_all)
{
    struct partition_kit kit;
    struct timers timers;
    partition_kit_open_org(&kit);
    partition_kit_do(&kit, NULL, "definePermission", "{\"permission\":\"a\"}");
    partition_kit_do(&kit, NULL, "grantPermission",
                     "{\"grantId\":\"g\",\"permission\":\"a\",\"grantee\":{\"kind\":"
                     "\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":"
                     "\"OBJECT_KIND_ORG\"},\"expiresAt\":\"2026-01-02T00:00:00Z\"}");
    struct partition *folded = partition_kit_fold(&kit, kit.store);
    timers_init(&timers);
    assert_ok(timers_scan(&timers, folded));
    assert_int_equal(timers_next_us(&timers), kit.decider.next_due_us);
    assert_string_equal(turns(&timers, kit.decider.next_due_us), "a");
    timers_release(&timers);
    partition_close(folded);
    partition_kit_close(&kit);
}
