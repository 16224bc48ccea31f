#include "core/base/utf8.h"

#include "tests/lib/test.h"

TEST(utf8, accepts_characters_of_every_size)
{
    assert_true(utf8_valid(STR("")));
    assert_true(utf8_valid(STR("long enough to be looked at eight bytes at once")));
    assert_true(utf8_valid(STR("\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf")));
    assert_true(utf8_valid(STR("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf \xed\x9f\xbf \xee\x80\x80")));
}

TEST(utf8, refuses_what_rfc_3629_forbids)
{
    const char *const wrong[] = { "\x80",
                                  "\xc3",
                                  "\xc0\x80",
                                  "\xc1\xbf",
                                  "\xe0\x9f\xbf",
                                  "\xed\xa0\x80",
                                  "\xed\xbf\xbf",
                                  "\xf0\x8f\xbf\xbf",
                                  "\xf4\x90\x80\x80",
                                  "\xf8\x88\x80\x80\x80",
                                  "\xff",
                                  "12345678\xe2\x82" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(utf8_valid(str_z(wrong[i])));
    }
}

TEST(utf8, text_holds_no_nul)
{
    assert_true(utf8_valid(str_make("1234567\0", 8)));
    assert_false(utf8_valid_text(str_make("1234567\0", 8)));
    assert_false(utf8_valid_text(str_make("\0", 1)));
    assert_true(utf8_valid_text(STR("12345678\x01")));
}

TEST(utf8, what_is_encoded_decodes_to_itself)
{
    for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point += 41) {
        char text[UTF8_SIZE_MAX];
        uint32_t decoded;
        if (code_point >= 0xD800 && code_point < 0xE000) {
            continue;
        }
        size_t size = utf8_encode(code_point, text);
        assert_int_equal(utf8_decode(str_make(text, size), &decoded), size);
        assert_int_equal(decoded, code_point);
    }
}
