#include "core/base/num.h"

#include <inttypes.h>
#include <stdio.h>

#include "tests/lib/test.h"

static void num_must_be_put(uint64_t value)
{
    char text[NUM_DIGITS_MAX], expected[NUM_DIGITS_MAX + 1];
    snprintf(expected, sizeof expected, "%" PRIu64, value);
    size_t size = num_put_decimal(text, value);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(text, expected, size);
}

TEST(num, decimal_digits_are_those_of_printf)
{
    num_must_be_put(0);
    for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
        num_must_be_put(power - 1);
        num_must_be_put(power);
        num_must_be_put(power + 1);
    }
    num_must_be_put(UINT64_MAX);
}

static void num_must_be_got(uint64_t value)
{
    char text[NUM_DIGITS_MAX];
    uint64_t got = ~value;
    assert_true(num_get_decimal(text, num_put_decimal(text, value), &got));
    assert_true(got == value);
}

TEST(num, decimal_digits_give_their_number)
{
    uint64_t got = 0;
    for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
        num_must_be_got(power - 1);
        num_must_be_got(power);
    }
    num_must_be_got(UINT64_MAX);
    assert_true(num_get_decimal("0042", 4, &got) && got == 42);
    assert_false(num_get_decimal("18446744073709551616", 20, &got));
    assert_false(num_get_decimal("", 0, &got));
    assert_false(num_get_decimal("-1", 2, &got));
    assert_false(num_get_decimal("1x", 2, &got));
    assert_int_equal(got, 42);
}
