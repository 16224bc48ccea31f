#include "core/base/str.h"

#include "tests/lib/test.h"

static void str_must_cut(struct str *text, const char *part)
{
    assert_true(str_eq(str_cut(text, ','), str_z(part)));
}

TEST(str, a_list_is_cut_part_by_part)
{
    struct str text = STR("a,bc,,d");
    str_must_cut(&text, "a");
    str_must_cut(&text, "bc");
    str_must_cut(&text, "");
    assert_true(str_eq(text, STR("d")));
    str_must_cut(&text, "d");
    assert_int_equal(text.size, 0);
    str_must_cut(&text, "");
    text = (struct str){ 0 };
    str_must_cut(&text, "");
}
