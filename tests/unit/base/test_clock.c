#include "core/base/clock.h"

#include "tests/lib/test.h"

TEST(clock, the_real_one_runs)
{
    struct clock clock = clock_real();
    assert_true(clock_now_us(&clock) > INT64_C(1600000000000000));
    int64_t before = clock_monotonic_us(&clock);
    assert_true(clock_monotonic_us(&clock) >= before);
}

TEST(clock, the_fake_one_stands_still)
{
    struct clock_fake fake = { .now_us = 5 };
    struct clock clock = clock_from_fake(&fake);
    assert_int_equal(clock_now_us(&clock), 5);
    clock_fake_advance(&fake, 10);
    assert_int_equal(clock_now_us(&clock), 15);
    assert_int_equal(clock_monotonic_us(&clock), 10);
}
