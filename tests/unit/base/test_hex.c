#include "core/base/hex.h"

#include "tests/lib/test.h"

TEST(hex, bytes_are_written_as_lower_case_digits_and_read_back)
{
    const uint8_t bytes[] = { 0x00, 0x0f, 0xa0, 0xff };
    char digits[2 * sizeof bytes];
    uint8_t read[sizeof bytes];
    hex_write(bytes, sizeof bytes, digits);
    assert_memory_equal(digits, "000fa0ff", sizeof digits);
    assert_true(hex_read(str_make(digits, sizeof digits), read, sizeof read));
    assert_memory_equal(read, bytes, sizeof bytes);
}

TEST(hex, nothing_else_is_read)
{
    uint8_t read[2];
    assert_false(hex_read(STR("0aF0"), read, 2));
    assert_false(hex_read(STR("0a0"), read, 2));
    assert_false(hex_read(STR("0a0b0c"), read, 2));
    assert_false(hex_read(str_make("0a0", 4), read, 2)); /* a NUL is no digit */
    assert_true(hex_read(STR(""), read, 0));
}
