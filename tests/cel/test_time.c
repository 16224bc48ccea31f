/* Timestamps, durations and zones: text, arithmetic, ranges, calendar. */
#include "core/cel/time.h"

#include "core/cel/standard.h"
#include "core/cel/zone.h"
#include "tests/lib/test.h"

static struct cel_run new_run(void)
{
    return (struct cel_run){ .gas = { 50000 } };
}

static struct cel_value timestamp(const char *text)
{
    struct cel_run run = new_run();
    struct cel_value value;
    if (!cel_timestamp_parse(&run, str_z(text), &value)) {
        fail_msg("%s", run.error.msg);
    }
    return value;
}

static struct cel_value duration(const char *text)
{
    struct cel_run run = new_run();
    struct cel_value value;
    if (!cel_duration_parse(&run, str_z(text), &value)) {
        fail_msg("%s", run.error.msg);
    }
    return value;
}

static void assert_text(const char *expected, struct cel_value value)
{
    char out[CEL_TIME_TEXT_MAX];
    struct str text = value.kind == CEL_TIMESTAMP ? cel_timestamp_print(value, out)
                                                  : cel_duration_print(value, out);
    if (!str_eq(text, str_z(expected))) {
        fail_msg("expected '%s', but it is '%.*s'", expected, STR_ARG(text));
    }
}

static int64_t get(const char *name, struct cel_value value, const char *zone)
{
    struct cel_run run = new_run();
    struct cel_value args[2] = { value, cel_string(str_z(zone)) }, result;
    for (uint32_t i = 0; i < cel_times.count; i++) {
        const struct cel_overload *row = &cel_times.rows[i];
        if (strcmp(row->name, name) == 0 && row->params[0]->kind == (enum cel_kind)value.kind &&
            (row->params[1] != NULL) == (zone != NULL)) {
            if (!row->function(&run, args, &result)) {
                fail_msg("%s", run.error.msg);
            }
            return result.integer;
        }
    }
    fail_msg("no getter '%s'", name);
    return 0;
}

TEST(time, a_timestamp_reads_and_prints_rfc_3339)
{
    assert_text("2009-02-13T23:31:30Z", timestamp("2009-02-13T23:31:30Z"));
    assert_int_equal(timestamp("2009-02-13T23:31:30Z").seconds, 1234567890);
    assert_text("2009-02-14T05:01:30.5Z", timestamp("2009-02-13T23:31:30.500-05:30"));
    assert_text("9999-12-31T23:59:59.999999999Z", timestamp("9999-12-31T23:59:59.9999999999Z"));
    assert_text("0001-01-01T00:00:00Z", timestamp("0001-01-01T00:00:00Z"));
    assert_text("2024-02-29T00:00:00Z", timestamp("2024-02-29T00:00:00+00:00"));
}

TEST(time, what_is_no_timestamp_or_out_of_range_is_refused)
{
    static const char *const bad[] = {
        "",
        "2009-02-13",
        "2009-02-30T00:00:00Z",
        "2009-02-13T23:31:30",
        "2009-13-01T00:00:00Z",
        "2009-02-13T24:00:00Z",
        "2009-02-13T23:31:60Z",
        "2009-02-13T23:31:30.Z",
        "2009-02-13T23:31:30,5Z",
        "2009-02-13t23:31:30Z",
        "2009-02-13T23:31:30Z ",
        "2009-02-13T3:31:30Z",
        "2009-02-13T23:31:30+5:00",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "2023-02-29T00:00:00Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cel_run run = new_run();
        struct cel_value value;
        if (cel_timestamp_parse(&run, str_z(bad[i]), &value)) {
            fail_msg("expected '%s' to be refused", bad[i]);
        }
    }
}

TEST(time, a_duration_reads_gos_syntax_and_prints_seconds)
{
    assert_text("6347s", duration("1h45m47s"));
    assert_text("-0.5s", duration("-500ms"));
    assert_text("-1.5s", duration("-1.5s"));
    assert_text("5400s", duration("1.5h"));
    assert_text("0s", duration("0"));
    assert_text("0s", duration("-0"));
    assert_text("0.000001001s", duration("1\xC2\xB5s1ns"));
    assert_text("0.5s", duration("+.5s"));
    assert_text("9223372036.854775807s", duration("9223372036854775807ns"));
    assert_text("-9223372036.854775808s", duration("-9223372036.854775808s"));
}

TEST(time, what_is_no_duration_or_too_long_is_refused)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "1",
                                       "s",
                                       ".s",
                                       "1d",
                                       "1s ",
                                       "1.2.3s",
                                       "--1s",
                                       "320000000000s",
                                       "9223372036854775808ns",
                                       "-9223372036.854775809s" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cel_run run = new_run();
        struct cel_value value;
        if (cel_duration_parse(&run, str_z(bad[i]), &value)) {
            fail_msg("expected '%s' to be refused", bad[i]);
        }
    }
}

TEST(time, sums_and_differences_stay_in_range)
{
    struct cel_run run = new_run();
    struct cel_value value;
    struct cel_value first = timestamp("0001-01-01T00:00:00Z");
    struct cel_value last = timestamp("9999-12-31T23:59:59.999999999Z");
    assert_true(
        cel_time_add(&run, timestamp("2009-02-13T23:00:00.7Z"), duration("240.6s"), &value));
    assert_text("2009-02-13T23:04:01.3Z", value);
    assert_true(cel_time_add(&run, duration("-0.1s"), timestamp("1970-01-01T00:00:00Z"), &value));
    assert_text("1969-12-31T23:59:59.9Z", value);
    assert_true(cel_time_subtract(&run, timestamp("2009-02-13T23:31:00Z"),
                                  timestamp("2009-02-13T23:29:00.5Z"), &value));
    assert_text("119.5s", value);
    assert_false(cel_time_add(&run, last, duration("1ns"), &value));
    assert_false(cel_time_subtract(&run, first, duration("1ns"), &value));
    assert_false(cel_time_subtract(&run, last, first, &value));
    assert_false(cel_time_add(&run, duration("9223372036s"), duration("1s"), &value));
    assert_false(
        cel_time_subtract(&run, duration("-9223372036.854775808s"), duration("1ns"), &value));
}

TEST(time, the_calendar_counts_from_zero_except_getDate)
{
    struct cel_value t = timestamp("2009-02-13T23:31:20.123456789Z");
    assert_int_equal(get("getFullYear", t, NULL), 2009);
    assert_int_equal(get("getMonth", t, NULL), 1);
    assert_int_equal(get("getDate", t, NULL), 13);
    assert_int_equal(get("getDayOfMonth", t, NULL), 12);
    assert_int_equal(get("getDayOfWeek", t, NULL), 5);
    assert_int_equal(get("getDayOfYear", t, NULL), 43);
    assert_int_equal(get("getHours", t, NULL), 23);
    assert_int_equal(get("getMinutes", t, NULL), 31);
    assert_int_equal(get("getSeconds", t, NULL), 20);
    assert_int_equal(get("getMilliseconds", t, NULL), 123);
}

TEST(time, durations_count_whole_units_towards_zero)
{
    assert_int_equal(get("getHours", duration("10000s"), NULL), 2);
    assert_int_equal(get("getMinutes", duration("-3730.5s"), NULL), -62);
    assert_int_equal(get("getSeconds", duration("-0.5s"), NULL), 0);
    assert_int_equal(get("getMilliseconds", duration("-1.321456s"), NULL), -321);
}

TEST(time, zones_are_fixed_or_from_the_pinned_table)
{
    struct cel_value t = timestamp("2009-02-13T23:31:30Z");
    assert_int_equal(get("getDate", t, "Australia/Sydney"), 14);
    assert_int_equal(get("getMinutes", t, "Asia/Kathmandu"), 16);
    assert_int_equal(get("getHours", t, "02:00"), 1);
    assert_int_equal(get("getDayOfMonth", timestamp("2009-02-13T02:00:00Z"), "-02:30"), 11);
    assert_int_equal(get("getHours", timestamp("2050-07-01T12:00:00Z"), "Europe/Berlin"), 14);
    assert_int_equal(get("getHours", timestamp("2050-01-01T12:00:00Z"), "America/Santiago"), 9);
    int32_t offset;
    assert_false(cel_zone_offset(STR("Mars/Olympus"), 0, &offset));
    assert_false(cel_zone_offset(STR("+25:00"), 0, &offset));
    assert_false(cel_zone_offset(STR(""), 0, &offset));
}

TEST(time, every_day_of_the_calendar_reads_back)
{
    for (int64_t days = -719162; days <= 2932896; days++) {
        int64_t year;
        unsigned month, day;
        cel_date_from_days(days, &year, &month, &day);
        assert_true(cel_days_from_date(year, month, day) == days);
    }
}
