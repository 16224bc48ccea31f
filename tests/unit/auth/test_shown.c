#include "core/auth/shown.h"

#include "tests/lib/test.h"

TEST(shown, is_what_a_person_can_read)
{
    assert_string_equal(shown_make(STR("")).text, "");
    assert_string_equal(shown_make(STR("https://a")).text, "https://a");
    assert_string_equal(shown_make(STR("a\nb\x1b")).text, "a\\x0ab\\x1b");
    assert_string_equal(shown_make(str_make("a\0b", 3)).text, "a\\x00b");
    assert_string_equal(shown_make(STR("\xff")).text, "\\xff");
}

TEST(shown, is_cut_where_it_is_long)
{
    char text[300];
    memset(text, 'x', sizeof text);
    for (size_t size = SHOWN_SIZE - 2; size < sizeof text; size++) {
        struct shown shown = shown_make(str_make(text, size));
        bool fits = size < SHOWN_SIZE;
        assert_int_equal(strlen(shown.text), fits ? size : SHOWN_SIZE - 1);
        assert_int_equal(strcmp(shown.text + strlen(shown.text) - 3, "...") == 0, !fits);
    }
}
