#include "core/model/pace.h"

#include "tests/lib/test.h"

static void expect_written(const struct pace *pace, const char *expected)
{
    struct buf text = { 0 };
    pace_write(pace, &text);
    buf_byte(&text, '\0');
    assert_string_equal(text.data, expected);
    buf_release(&text);
}

TEST(pace, tells_how_far_how_fast_and_how_long)
{
    struct position position = { .offset = 400, .time_us = 5000000 };
    struct pace pace = pace_make(100, &position, 1100, 2000000);
    assert_int_equal(pace.per_second, 150);
    assert_int_equal(pace_left(&pace), 700);
    assert_int_equal(pace_left_us(&pace), 4666666);
    assert_int_equal(pace_lag_us(&pace, 7000000), 2000000);
    expect_written(&pace, "300 of 1000 records, 150 a second, 5 s left");
}

TEST(pace, knows_no_rate_before_it_has_gone_on)
{
    struct position position = { .offset = 100 };
    struct pace pace = pace_make(100, &position, 1100, 0);
    assert_int_equal(pace_left_us(&pace), -1);
    assert_int_equal(pace_lag_us(&pace, 7000000), 0); /* nothing is folded */
    expect_written(&pace, "0 of 1000 records");
}

TEST(pace, has_nothing_left_at_the_end_and_behind_what_was_known)
{
    struct position position = { .offset = 1200, .time_us = 5000000 };
    struct pace pace = pace_make(1000, &position, 1100, 1000000);
    assert_int_equal(pace_left(&pace), 0);
    assert_int_equal(pace_left_us(&pace), 0);
    assert_int_equal(pace_lag_us(&pace, 7000000), 0);
    expect_written(&pace, "100 of 100 records");
}
