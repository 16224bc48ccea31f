/* Crons against a reading minute by minute, in all zones. */
#include "core/domain/org/cron.h"

#include <stdio.h>

#include "core/base/num.h"
#include "core/base/time.h"
#include "core/cel/zone.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

enum { DAY = 24 * 60, SPAN = 3 * DAY };
static const int64_t MINUTE_US = 60000000;

static struct cron cron_of(const char *text, const char *zone)
{
    struct cron cron;
    assert_ok(cron_read(str_z(text), str_z(zone), &cron));
    return cron;
}

static int64_t us_of(const char *text)
{
    int64_t us;
    assert_ok(time_parse(str_z(text), &us));
    return us;
}

/* The turn after a time, as text. */
static const char *next_of(const char *text, const char *zone, const char *after)
{
    static char time[TIME_TEXT_SIZE];
    const struct cron cron = cron_of(text, zone);
    time_format(cron_next(&cron, us_of(after)), time);
    return time;
}

static const char *problem_of(const char *text, const char *zone)
{
    static struct status status;
    struct cron cron;
    status = cron_read(str_z(text), str_z(zone), &cron);
    assert_int_equal(status.code, STATUS_INVALID_ARGUMENT);
    return status.msg;
}

TEST(cron, fields_are_numbers_ranges_steps_names_and_lists)
{
    static const char from[] = "2026-01-01T00:00:00Z"; /* a Thursday */
    assert_string_equal(next_of("* * * * *", "", from), "2026-01-01T00:01:00Z");
    assert_string_equal(next_of("30 * * * *", "", from), "2026-01-01T00:30:00Z");
    assert_string_equal(next_of("0 9 * * MON-FRI", "", "2026-01-02T09:00:00Z"),
                        "2026-01-05T09:00:00Z");
    assert_string_equal(next_of("10-50/20 3 * * *", "", "2026-01-01T03:10:00Z"),
                        "2026-01-01T03:30:00Z");
    assert_string_equal(next_of("0 0 1 jan,Jul *", "", from), "2026-07-01T00:00:00Z");
    assert_string_equal(next_of("0 0 * * 7", "", from), "2026-01-04T00:00:00Z");
    assert_string_equal(next_of("0 0 * * 5-7", "", "2026-01-03T00:00:00Z"), "2026-01-04T00:00:00Z");
    assert_string_equal(next_of("*/60 0 * * *", "", "2026-01-01T00:00:00Z"),
                        "2026-01-02T00:00:00Z");
    assert_string_equal(next_of("*/40 0 * * *", "", "2026-01-01T00:40:00Z"),
                        "2026-01-02T00:00:00Z");
}

/* Where both are given, a day that one of them names. */
TEST(cron, days_of_month_and_week_are_either)
{
    assert_string_equal(next_of("0 0 13 * FRI", "", "2026-01-01T00:00:00Z"),
                        "2026-01-02T00:00:00Z");
    assert_string_equal(next_of("0 0 13 * FRI", "", "2026-01-09T00:00:00Z"),
                        "2026-01-13T00:00:00Z");
    assert_string_equal(next_of("0 0 13 * *", "", "2026-01-01T00:00:00Z"), "2026-01-13T00:00:00Z");
}

TEST(cron, leap_days_come_after_eight_years_too)
{
    assert_string_equal(next_of("0 0 29 2 *", "", "2096-02-29T00:00:00Z"), "2104-02-29T00:00:00Z");
}

/* 2026-03-29 in Berlin: 02:00 is 03:00. */
TEST(cron, what_the_clock_leaps_over_comes_when_it_leaps)
{
    static const char before[] = "2026-03-28T23:00:00Z";
    assert_string_equal(next_of("30 2 * * *", "Europe/Berlin", before), "2026-03-29T01:00:00Z");
    assert_string_equal(next_of("*/20 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z"),
                        "2026-03-30T00:00:00Z");
    assert_string_equal(next_of("30 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z"),
                        "2026-03-29T01:30:00Z");
}

/* 2026-10-25 in Berlin: 03:00 is 02:00 again. */
TEST(cron, what_the_clock_shows_twice_comes_once_unless_it_is_each_hour)
{
    static const char first[] = "2026-10-25T00:30:00Z";
    assert_string_equal(next_of("30 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z"), first);
    assert_string_equal(next_of("30 2 * * *", "Europe/Berlin", first), "2026-10-26T01:30:00Z");
    assert_string_equal(next_of("30 * * * *", "Europe/Berlin", first), "2026-10-25T01:30:00Z");
}

TEST(cron, what_is_none_is_told_with_its_field)
{
    assert_non_null(strstr(problem_of("* * * *", ""), "five fields"));
    assert_non_null(strstr(problem_of("* * * * * *", ""), "it has 6"));
    assert_non_null(strstr(problem_of("60 * * * *", ""), "the minute of cron"));
    assert_non_null(strstr(problem_of("* 24 * * *", ""), "the hour of cron"));
    assert_non_null(strstr(problem_of("* * 0 * *", ""), "the day of the month of cron"));
    assert_non_null(strstr(problem_of("* * * FEM *", ""), "the month of cron"));
    assert_non_null(strstr(problem_of("* * * * 8", ""), "the day of the week of cron"));
    assert_non_null(strstr(problem_of("5-1 * * * *", ""), "'5-1'"));
    assert_non_null(strstr(problem_of("5/2 * * * *", ""), "'5/2'"));
    assert_non_null(strstr(problem_of("*/0 * * * *", ""), "'*/0'"));
    assert_non_null(strstr(problem_of("*/90 * * * *", ""), "'*/90'"));
    assert_non_null(strstr(problem_of("0 1-5/25 * * *", ""), "'1-5/25'"));
    assert_non_null(strstr(problem_of("1,,2 * * * *", ""), "'1,,2'"));
    assert_non_null(strstr(problem_of("1, * * * *", ""), "'1,'"));
    assert_non_null(strstr(problem_of("-1 * * * *", ""), "'-1'"));
    assert_non_null(strstr(problem_of("*/ * * * *", ""), "'*/'"));
    assert_non_null(strstr(problem_of("0 0 30 2 *", ""), "never comes"));
    assert_non_null(strstr(problem_of("0 0 31 4,6 *", ""), "never comes"));
    assert_non_null(strstr(problem_of("* * * * *", "Mars/Base"), "'Mars/Base'"));
}

/* ---- read plainly ---- */

struct plain_field {
    unsigned min, max;
    bool named[64];
    bool star;
};

/* A field of random items, and what they name. */
static void random_item(struct random_state *random, struct plain_field *field, char *text,
                        size_t size)
{
    unsigned span = field->max - field->min + 1, from = field->min + random_below(random, span);
    unsigned to = from + random_below(random, field->max - from + 1);
    unsigned step = 1 + random_below(random, span < 10 ? span : 10);
    switch (random_below(random, 4)) {
    case 0:
        step = field->max;
        from = to = field->min + random_below(random, span);
        snprintf(text, size, "%u", from);
        break;
    case 1:
        step = 1;
        snprintf(text, size, "%u-%u", from, to);
        break;
    case 2:
        snprintf(text, size, "%u-%u/%u", from, to, step);
        break;
    default:
        from = field->min;
        to = field->max;
        snprintf(text, size, "*/%u", step);
    }
    for (unsigned value = from; value <= to; value += step) {
        field->named[value] = true;
    }
}

static void random_cron_field(struct random_state *random, struct plain_field *field, char *text,
                              size_t size)
{
    size_t length = 0;
    field->star = random_below(random, 2) == 0;
    if (field->star) {
        snprintf(text, size, "*");
        for (unsigned value = field->min; value <= field->max; value++) {
            field->named[value] = true;
        }
        return;
    }
    for (unsigned items = 1 + random_below(random, 2); items > 0; items--) {
        char item[32];
        random_item(random, field, item, sizeof item);
        length +=
            (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? "," : "", item);
    }
}

static void random_cron(struct random_state *random, struct plain_field fields[CRON_FIELDS],
                        char text[256])
{
    static const unsigned spans[CRON_FIELDS][2] = {
        { 0, 59 }, { 0, 23 }, { 1, 31 }, { 1, 12 }, { 0, 7 }
    };
    size_t length = 0;
    for (size_t i = 0; i < CRON_FIELDS; i++) {
        char field[64];
        fields[i] = (struct plain_field){ .min = spans[i][0], .max = spans[i][1] };
        random_cron_field(random, &fields[i], field, sizeof field);
        length += (size_t)snprintf(text + length, 256 - length, "%s%s", i > 0 ? " " : "", field);
    }
    fields[CRON_WEEKDAY].named[0] |= fields[CRON_WEEKDAY].named[7];
}

static int64_t plain_local(const char *zone, int64_t minute)
{
    int32_t seconds = 0;
    assert_true(zone[0] == '\0' || cel_zone_offset(str_z(zone), minute * 60, &seconds));
    return minute + seconds / 60;
}

static bool plain_names(const struct plain_field fields[CRON_FIELDS], int64_t local)
{
    int64_t year, day = local >= 0 ? local / DAY : (local - DAY + 1) / DAY;
    unsigned month, of_month, weekday = (unsigned)(((day + 4) % 7 + 7) % 7);
    cel_date_from_days(day, &year, &month, &of_month);
    bool by_day = fields[CRON_DAY].named[of_month], by_week = fields[CRON_WEEKDAY].named[weekday];
    bool named = fields[CRON_DAY].star       ? by_week
                 : fields[CRON_WEEKDAY].star ? by_day
                                             : by_day || by_week;
    return named && fields[CRON_MONTH].named[month] &&
           fields[CRON_HOUR].named[(local - day * DAY) / 60] &&
           fields[CRON_MINUTE].named[(local - day * DAY) % 60];
}

/* Each minute of the clock on the wall once: when it is shown first, or leapt over. */
static bool plain_turn(const struct plain_field fields[CRON_FIELDS], const char *zone,
                       const bool *shown, int64_t begin, int64_t minute)
{
    bool every_hour = true, turn = false;
    for (unsigned hour = 0; hour < 24; hour++) {
        every_hour = every_hour && fields[CRON_HOUR].named[hour];
    }
    int64_t local = plain_local(zone, minute);
    if (every_hour) {
        return plain_names(fields, local);
    }
    for (int64_t at = plain_local(zone, minute - 1) + 1; at <= local; at++) {
        turn = turn || (!shown[at - begin] && plain_names(fields, at));
    }
    return turn || (!shown[local - begin] && plain_names(fields, local));
}

/* Marks which minutes of some days are turns. */
static void plain_turns(const struct plain_field fields[CRON_FIELDS], const char *zone,
                        int64_t from, bool turns[SPAN])
{
    static bool shown[8 * DAY];
    const int64_t begin = from - 3 * DAY;
    memset(shown, 0, sizeof shown);
    for (int64_t minute = from - DAY - 1; minute < from + SPAN; minute++) {
        if (minute >= from) {
            turns[minute - from] = plain_turn(fields, zone, shown, begin, minute);
        }
        for (int64_t at = plain_local(zone, minute - 1) + 1; at <= plain_local(zone, minute);
             at++) {
            shown[at - begin] = true;
        }
    }
}

static void compare_from(const struct cron *cron, const bool turns[SPAN], int64_t from,
                         const char *text)
{
    uint64_t count = 0;
    int64_t expected = from;
    for (int64_t next = from - 1; next < from + SPAN; expected = next + 1) {
        next = cron_next(cron, next * MINUTE_US + (int64_t)(count % 2)) / MINUTE_US;
        while (expected < from + SPAN && !turns[expected - from]) {
            expected++;
        }
        if (next < from + SPAN ? next != expected : expected != from + SPAN) {
            fail_msg("'%s' in '%.*s' after minute %lld: expected %lld, but it is %lld", text,
                     STR_ARG(cron->zone), (long long)from, (long long)expected, (long long)next);
        }
        count += next < from + SPAN;
    }
    assert_int_equal(cron_count(cron, (from - 1) * MINUTE_US, (from + SPAN - 1) * MINUTE_US),
                     count);
}

/* A minute of 2000 to 2060 at which the zone's clock leaps, or any. */
static int64_t random_minute(struct random_state *random, const char *zone)
{
    const int64_t first = INT64_C(946684800) / 60, span = INT64_C(60) * 366 * DAY;
    int64_t from = first + (int64_t)random_below(random, (unsigned)span);
    for (int64_t day = 0; day < 366; day++, from += DAY) {
        if (plain_local(zone, from + DAY) - plain_local(zone, from) != DAY) {
            return from - (int64_t)random_below(random, DAY);
        }
    }
    return from;
}

TEST(cron, turns_are_those_of_a_reading_minute_by_minute)
{
    struct random_state random = { .state = 4711 };
    static bool turns[SPAN];
    for (unsigned n = 0; n < 200; n++) {
        struct plain_field fields[CRON_FIELDS];
        struct cron cron;
        char text[256];
        const char *zone =
            n % 8 == 0 ? "" : cel_zones[random_below(&random, (unsigned)cel_zones_count)].name;
        random_cron(&random, fields, text);
        if (cron_read(str_z(text), str_z(zone), &cron).code != STATUS_OK) {
            continue; /* no such day */
        }
        int64_t from = random_minute(&random, zone);
        plain_turns(fields, zone, from, turns);
        compare_from(&cron, turns, from, text);
    }
}

/* What the search relies on (cron.c). */
TEST(cron, no_clock_leaps_twice_in_two_days)
{
    enum { STEP = DAY / 2 };
    for (size_t i = 0; i < cel_zones_count; i++) {
        int64_t minute = INT64_C(946684800) / 60, leapt = 0;
        int64_t before = plain_local(cel_zones[i].name, minute) - minute;
        for (const int64_t last = minute + INT64_C(40) * 366 * DAY; minute < last; minute += STEP) {
            int64_t ahead = plain_local(cel_zones[i].name, minute) - minute;
            if (ahead != before) {
                assert_in_range(ahead - before + DAY, 0, 2 * DAY);
                assert_true(leapt == 0 || minute - leapt > 2 * DAY);
                leapt = minute;
            }
            before = ahead;
        }
    }
}
