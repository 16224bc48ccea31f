#include "core/base/nearest.h"

#include "tests/lib/test.h"

static const char *hint(const char *wanted)
{
    static struct nearest nearest;
    nearest_init(&nearest, str_z(wanted));
    nearest_offer(&nearest, STR("partitions"));
    nearest_offer(&nearest, STR("principal"));
    nearest_offer(&nearest, STR("data"));
    return nearest_hint(&nearest);
}

TEST(nearest, offers_what_is_near)
{
    assert_string_equal(hint("partition"), ", did you mean 'partitions'");
    assert_string_equal(hint("Principle"), ", did you mean 'principal'");
    assert_string_equal(hint("dat"), ", did you mean 'data'");
    assert_string_equal(hint("daat"), ", did you mean 'data'");
    assert_string_equal(hint("partiitons"), ", did you mean 'partitions'");
}

TEST(nearest, offers_nothing_when_all_are_far)
{
    assert_string_equal(hint("frobnicate"), "");
    assert_string_equal(hint(""), "");
}
