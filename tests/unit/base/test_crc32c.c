#include "core/base/crc32c.h"

#include "tests/lib/test.h"

TEST(crc32c, has_the_published_values)
{
    char zeros[32] = { 0 }, ones[32];
    memset(ones, 0xFF, sizeof ones);
    assert_int_equal(crc32c(0, STR("123456789")), 0xE3069283);
    assert_int_equal(crc32c(0, str_make(zeros, 32)), 0x8A9136AA); /* RFC 3720, B.4 */
    assert_int_equal(crc32c(0, str_make(ones, 32)), 0x62A8AB43);
    assert_int_equal(crc32c(0, STR("")), 0);
}

TEST(crc32c, of_parts_is_that_of_the_whole)
{
    assert_int_equal(crc32c(crc32c(0, STR("12345")), STR("6789")), crc32c(0, STR("123456789")));
}

TEST(crc32c, fast_and_plain_agree_at_every_size)
{
    char bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 37 + 11);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct str part = str_make(bytes, size);
        assert_int_equal(crc32c(7, part), crc32c_plain(7, part));
    }
}
