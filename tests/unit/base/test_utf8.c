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

TEST(utf8, is_cut_between_characters)
{
    struct str text = STR("a\xc3\xa9\xe9\xb3\xa5z");
    static const size_t cut[] = { 0, 1, 1, 3, 3, 3, 6, 7, 7 };
    for (size_t size = 0; size < sizeof cut / sizeof cut[0]; size++) {
        assert_int_equal(utf8_cut(text, size).size, cut[size]);
    }
}

static void print(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    utf8_print(out, size, format, args);
    va_end(args);
}

TEST(utf8, prints_no_half_characters)
{
    char out[8];
    print(out, sizeof out, "%s", "1234567");
    assert_string_equal(out, "1234567");
    print(out, sizeof out, "%s", "123456\xc3\xa9");
    assert_string_equal(out, "123456");
    print(out, sizeof out, "%s", "\xe9\xb3\xa5\xe9\xb3\xa5\xe9\xb3\xa5");
    assert_string_equal(out, "\xe9\xb3\xa5\xe9\xb3\xa5");
}

TEST(utf8, shows_what_a_screen_would_act_upon_or_hide)
{
    static const char *const shown[][2] = {
        { "plain, \xc3\xa4 and \xf0\x9f\x98\x80", "plain, \xc3\xa4 and \xf0\x9f\x98\x80" },
        { "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m" },
        { "a\nb\r\a\x7f", "a\\x0ab\\x0d\\x07\\x7f" },
        { "\xc2\x9b", "\\x9b" }, /* CSI in one character */
        { "\xe2\x80\xae"
          "abc",
          "\\u202e"
          "abc" },                    /* from the right to the left */
        { "\xff\xc3", "\\xff\\xc3" }, /* no text */
        { "\xef\xbb\xbfpay\xe2\x80\x8bments\xc2\xad", "\\ufeffpay\\u200bments\\xad" },
        { "\xe3\x85\xa4\xe2\x81\xa0\xef\xb8\x8f", "\\u3164\\u2060\\ufe0f" },
        { "\xf3\xa0\x80\x81\xe2\x80\x83", "\\U000e0001\xe2\x80\x83" }, /* a wide space is seen */
    };
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        struct buf out = { 0 };
        utf8_show(str_z(shown[i][0]), &out);
        assert_true(str_eq(buf_str(&out), str_z(shown[i][1])));
        buf_release(&out);
    }
}
