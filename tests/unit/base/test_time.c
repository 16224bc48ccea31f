#include "core/base/time.h"

#include "tests/lib/test.h"

static const int64_t now_us = INT64_C(1591014600250000); /* 2020-06-01T12:30:00.25Z */

static void assert_parses(const char *text, const char *expected)
{
    int64_t time_us;
    char out[TIME_TEXT_SIZE];
    assert_ok(time_parse_human(str_z(text), now_us, &time_us));
    time_format(time_us, out);
    assert_string_equal(out, expected);
}

TEST(time, rfc_3339_is_read_and_written)
{
    int64_t time_us;
    assert_ok(time_parse(STR("2020-06-01T12:30:00.25Z"), &time_us));
    assert_int_equal(time_us, now_us);
    assert_parses("2020-06-01T14:30:00+02:00", "2020-06-01T12:30:00Z");
    assert_parses("2020-06-01T00:00:00-00:30", "2020-06-01T00:30:00Z");
    assert_parses("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
    assert_parses("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
    assert_parses("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
    assert_parses("2000-02-29T00:00:00.001Z", "2000-02-29T00:00:00.001Z");
}

TEST(time, dates_are_read_as_people_write_them)
{
    assert_parses("2020-06-01", "2020-06-01T00:00:00Z");
    assert_parses("2020-06-01 12:30", "2020-06-01T12:30:00Z");
    assert_parses("2020-06-01 12:30:15", "2020-06-01T12:30:15Z");
    assert_parses("2020-06-01T12:30+02:00", "2020-06-01T10:30:00Z");
    assert_parses("2020-06-01 12:30Z", "2020-06-01T12:30:00Z");
}

TEST(time, some_words_are_relative_to_now)
{
    assert_parses("now", "2020-06-01T12:30:00.250Z");
    assert_parses("today", "2020-06-01T00:00:00Z");
    assert_parses("yesterday", "2020-05-31T00:00:00Z");
    assert_parses("2 days ago", "2020-05-30T12:30:00.250Z");
    assert_parses("1 hour ago", "2020-06-01T11:30:00.250Z");
    assert_parses("3 weeks ago", "2020-05-11T12:30:00.250Z");
    assert_parses("6 months ago", "2019-12-01T12:30:00.250Z");
    assert_parses("2 years ago", "2018-06-01T12:30:00.250Z");
}

TEST(time, a_month_without_that_day_gives_its_last)
{
    int64_t march, time_us;
    char out[TIME_TEXT_SIZE];
    assert_ok(time_parse(STR("2021-03-31T00:00:00Z"), &march));
    assert_ok(time_parse_human(STR("1 month ago"), march, &time_us));
    time_format(time_us, out);
    assert_string_equal(out, "2021-02-28T00:00:00Z");
}

static void assert_refused(const char *const *wrong, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t time_us;
        struct status st = time_parse_human(str_z(wrong[i]), now_us, &time_us);
        if (st.code != STATUS_INVALID_ARGUMENT) {
            fail_msg("'%s' was taken for a time", wrong[i]);
        }
    }
}

TEST(time, what_the_calendar_lacks_is_refused)
{
    static const char *const wrong[] = { "2020-13-01",
                                         "2021-02-29",
                                         "1900-02-29",
                                         "0000-01-01",
                                         "2020-06-01 24:00",
                                         "2020-06-01 12:60",
                                         "2020-06-01 12:30:60",
                                         "0001-01-01T00:00:00+00:01",
                                         "9999-12-31T23:59:59-00:01",
                                         "99999999 years ago" };
    assert_refused(wrong, sizeof wrong / sizeof wrong[0]);
}

TEST(time, other_forms_are_refused)
{
    static const char *const wrong[] = { "",
                                         "2020-06",
                                         "2020-06-01T",
                                         "2020-06-01T12:30:00.Z",
                                         "2020-06-01T12:30:00.0000001Z",
                                         "2020-06-01T12:30:00.0000000000Z",
                                         "2020-06-01T12:30:00+2:00",
                                         "2020-06-01T12:30:00Z ",
                                         "days ago",
                                         "2 ago",
                                         "2 moons ago",
                                         "tomorrow" };
    assert_refused(wrong, sizeof wrong / sizeof wrong[0]);
}

TEST(time, strict_readers_refuse_what_people_write)
{
    static const char *const wrong[] = { "2020-06-01",           "2020-06-01 12:30:00Z",
                                         "2020-06-01T12:30Z",    "2020-06-01T12:30:00",
                                         "2020-06-01t12:30:00Z", "2020-06-01T12:30:00z" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t time_us;
        assert_code(STATUS_INVALID_ARGUMENT, time_parse(str_z(wrong[i]), &time_us));
    }
}

TEST(time, nanoseconds_are_kept_where_they_are_asked_for)
{
    int64_t seconds;
    int32_t nanos;
    char out[TIME_TEXT_SIZE];
    assert_ok(time_parse_nanos(STR("1970-01-01T00:00:01.000000007Z"), &seconds, &nanos));
    assert_int_equal(seconds, 1);
    assert_int_equal(nanos, 7);
    time_format_nanos(seconds, nanos, out);
    assert_string_equal(out, "1970-01-01T00:00:01.000000007Z");
}

TEST(time, every_day_of_the_calendar_is_its_own)
{
    int64_t days = time_days((struct time_date){ 1, 1, 1 });
    assert_int_equal(days * TIME_DAY_SECONDS, TIME_SECONDS_MIN);
    for (struct time_date date = { 1, 1, 1 }; date.year < 2030; days++) {
        assert_int_equal(time_days(date), days);
        struct time_date again = time_date(days);
        assert_true(again.year == date.year && again.month == date.month && again.day == date.day);
        if (++date.day > time_month_days(date.year, date.month)) {
            date.day = 1;
            date.year += date.month == 12;
            date.month = date.month % 12 + 1;
        }
    }
}
