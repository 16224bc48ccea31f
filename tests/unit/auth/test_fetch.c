#include "core/auth/fetch.h"

#include "tests/lib/test.h"

static int64_t fetch_age_s(const char *cache_control)
{
    return fetch_max_age_us(str_z(cache_control), 7000000) / 1000000;
}

TEST(fetch, says_how_long_a_document_stays_right)
{
    assert_int_equal(fetch_age_s(""), 7);
    assert_int_equal(fetch_age_s("public"), 7);
    assert_int_equal(fetch_age_s("max-age=60"), 60);
    assert_int_equal(fetch_age_s(" public , Max-Age=60 ,must-revalidate\r\n"), 60);
    assert_int_equal(fetch_age_s("max-age=60, no-store"), 0);
    assert_int_equal(fetch_age_s("No-Cache"), 0);
    assert_int_equal(fetch_age_s("s-maxage=60"), 7);
    assert_int_equal(fetch_age_s("max-age="), 7);
    assert_int_equal(fetch_age_s("max-age=-1"), 7);
    assert_int_equal(fetch_age_s("max-age=1x"), 7);
    assert_int_equal(fetch_age_s("max-age=99999999999999999999999"), 365 * 24 * 60 * 60);
    assert_int_equal(fetch_age_s(",,,"), 7);
}
