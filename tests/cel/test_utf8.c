/* UTF-8 is read by code points; what is not UTF-8 reads as U+FFFD. */
#include "core/cel/utf8.h"

#include "tests/lib/test.h"

TEST(utf8, every_scalar_value_reads_back)
{
    for (uint32_t rune = 0; rune <= CEL_RUNE_MAX; rune += rune < 0x3000 ? 1 : 0x101) {
        char bytes[UTF8_SIZE_MAX];
        size_t width;
        if (rune >= 0xD800 && rune <= 0xDFFF) {
            continue;
        }
        struct str text = { bytes, utf8_encode(rune, bytes) };
        assert_int_equal(cel_utf8_decode(text, 0, &width), rune);
        assert_int_equal(width, text.size);
        assert_true(utf8_valid(text));
    }
}

TEST(utf8, overlong_forms_surrogates_and_cut_characters_are_invalid)
{
    static const char *const bad[] = {
        "\x80",
        "\xC0\x80",
        "\xC1\xBF",
        "\xE0\x80\x80",
        "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80",
        "\xC3",
        "\xE2\x82",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t width;
        assert_false(utf8_valid(str_z(bad[i])));
        assert_int_equal(cel_utf8_decode(str_z(bad[i]), 0, &width), CEL_RUNE_ERROR);
        assert_int_equal(width, 1);
    }
}

TEST(utf8, positions_count_code_points)
{
    struct str text = STR("ta\xC2\xA9o\xF0\x9F\x98\x80!");
    size_t offset = 99;
    assert_int_equal(cel_utf8_count(text), 6);
    assert_true(cel_utf8_offset(text, 3, &offset));
    assert_int_equal(offset, 4);
    assert_true(cel_utf8_offset(text, 6, &offset));
    assert_int_equal(offset, text.size);
    assert_false(cel_utf8_offset(text, 7, &offset));
}
