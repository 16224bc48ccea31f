#include "core/base/look.h"

#include "tests/lib/test.h"

static void assert_alike(const char *a, const char *b, bool expected)
{
    if (look_alike(str_z(a), str_z(b)) != expected) {
        fail_msg("expected '%s' and '%s' to look %s", a, b, expected ? "alike" : "different");
    }
}

TEST(look, letters_of_other_scripts_look_like_ours)
{
    assert_alike("Payments", "P\xd0\xb0yments", true);                 /* a Cyrillic a */
    assert_alike("coco", "\xd1\x81\xd0\xbe\xd1\x81\xd0\xbe", true);    /* all of it Cyrillic */
    assert_alike("OPS", "\xce\x9f\xce\xa1S", true);                    /* Greek */
    assert_alike("ops", "\xef\xbd\x8f\xef\xbd\x90\xef\xbd\x93", true); /* wide */
    assert_alike("ops", "\xf0\x9d\x90\xa8ps", true);                   /* a mathematical o */
    assert_alike("a-b",
                 "a\xe2\x80\x91"
                 "b",
                 true); /* a hyphen that does not break */
}

TEST(look, what_nobody_sees_changes_nothing)
{
    assert_alike("Payments", "\xef\xbb\xbfPay\xe2\x80\x8bments", true);
    assert_alike("Payments", " Payments  ", true);
    assert_alike("pay ments", "pay\xc2\xa0 \xe2\x80\x83ments", true);
    assert_alike("pay ments", "payments", false);
}

TEST(look, marks_stand_apart_from_their_letters)
{
    assert_alike("Caf\xc3\xa9", "Cafe\xcc\x81", true);
    assert_alike("Caf\xc3\xa9", "Cafe", false);
    assert_alike("\xe1\xba\xa5", "a\xcc\x82\xcc\x81", true);                    /* two of them */
    assert_alike("\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", true); /* Hangul */
}

TEST(look, some_signs_of_ascii_look_like_each_other)
{
    assert_alike("tearn1", "teaml", true);
    assert_alike("R00T", "ROOT", true);
    assert_alike("I", "|", true);
}

TEST(look, other_names_look_different)
{
    assert_alike("payments", "Payments", false);
    assert_alike("red", "blue", false);
    assert_alike("red-2", "red-3", false);
    assert_alike("\xd0\xb6", "x", false);
    assert_alike("", "a", false);
    assert_alike("\xff", "\xfe", true); /* no text looks like nothing */
}
