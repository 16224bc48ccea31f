#include "core/base/json_text.h"

#include "tests/lib/test.h"

static void assert_json(struct str text, const char *expected)
{
    struct buf out = { 0 };
    json_text(text, &out);
    buf_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

TEST(json_text, stays_json_whatever_is_in_it)
{
    assert_json(STR(""), "\"\"");
    assert_json(STR("K\xc3\xb6ln"), "\"K\xc3\xb6ln\"");
    assert_json(STR("a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_json(STR("\0\n\x7f"), "\"\\u0000\\u000a\\u007f\"");
    assert_json(STR("\xff\xc3"), "\"\\ufffd\\ufffd\"");
}

TEST(json_text, no_screen_acts_upon_it)
{
    assert_json(STR("\x1b[31m\xc2\x9b\xe2\x80\x8b"), "\"\\u001b[31m\\u009b\\u200b\"");
    assert_json(STR("\xf3\xa0\x80\x81"), "\"\\udb40\\udc01\"");
}
