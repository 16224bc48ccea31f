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
