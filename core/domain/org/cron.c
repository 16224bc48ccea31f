/* A turn is looked for minute by minute of true time, with leaps over what no field names: to the
 * next day, hour or minute of the local clock that could be one, or to where that clock leaps
 * itself, whichever comes first. A zone's clock leaps at most once in any two days, by at most one
 * day (tests/unit/domain/test_cron.c tries all of them against a reading minute by minute). So the
 * price of a search is that of the days between: some 100 ns each. */
#include "core/domain/org/cron.h"

#include <string.h>

#include "core/base/num.h"
#include "core/cel/zone.h"

enum { HOUR_MINUTES = 60, DAY_MINUTES = 24 * 60, WEEK_DAYS = 7, MONTHS = 12 };
static const int64_t MINUTE_US = 60000000;
static const int64_t CRON_LAST_MINUTE = 253402300740 / 60; /* 9999-12-31T23:59 */

/* ---- reading ---- */

static const char *const months[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC" };
static const char *const weekdays[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT" };

static const struct cron_range {
    const char *name;
    uint64_t min, max;
    const char *const *names; /* from min on */
    size_t names_count;
} ranges[CRON_FIELDS] = {
    [CRON_MINUTE] = { "minute", 0, 59, NULL, 0 },
    [CRON_HOUR] = { "hour", 0, 23, NULL, 0 },
    [CRON_DAY] = { "day of the month", 1, 31, NULL, 0 },
    [CRON_MONTH] = { "month", 1, 12, months, 12 },
    [CRON_WEEKDAY] = { "day of the week", 0, 7, weekdays, 7 },
};

static bool cron_is_name(struct str text, const char *name)
{
    bool same = text.size == 3;
    for (size_t i = 0; same && i < 3; i++) {
        char c = text.data[i];
        same = (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) == name[i];
    }
    return same;
}

/* A number or a name; false if it is none of the field. */
static bool cron_value(const struct cron_range *range, struct str text, uint64_t *value)
{
    for (size_t i = 0; i < range->names_count; i++) {
        if (cron_is_name(text, range->names[i])) {
            *value = range->min + i;
            return true;
        }
    }
    return text.size <= 2 && num_get_decimal(text.data, text.size, value) && *value >= range->min &&
           *value <= range->max;
}

/* `*`, `a` or `a-b`, with `/n` behind the first and the last. Whoever writes a step of more than
 * there are values, such as every 90th minute, means something that no cron can say. */
static bool cron_item(const struct cron_range *range, struct str text, uint64_t *values)
{
    const bool stepped = memchr(text.data, '/', text.size) != NULL;
    struct str span = str_cut(&text, '/'), first = span;
    uint64_t from = range->min, to = range->max, step = 1;
    if (stepped && (text.size > 2 || !num_get_decimal(text.data, text.size, &step) || step == 0 ||
                    step > range->max - range->min + 1)) {
        return false;
    }
    if (!str_eq(span, STR("*"))) {
        const bool spans = memchr(span.data, '-', span.size) != NULL;
        first = str_cut(&span, '-');
        if (!cron_value(range, first, &from) || (stepped && !spans)) {
            return false;
        }
        to = from;
        if (spans && (!cron_value(range, span, &to) || to < from)) {
            return false;
        }
    }
    for (uint64_t value = from; value <= to; value += step) {
        *values |= UINT64_C(1) << value;
    }
    return true;
}

static struct status cron_field(const struct cron_range *range, struct str text, uint64_t *values)
{
    struct str rest = text;
    bool more = true, good = true;
    *values = 0;
    while (good && more) {
        more = memchr(rest.data, ',', rest.size) != NULL;
        struct str item = str_cut(&rest, ',');
        good = item.size > 0 && cron_item(range, item, values);
    }
    return good ? status_ok()
                : status_error(STATUS_INVALID_ARGUMENT,
                               "expected the %s of cron to be of %d to %d%s, such as *, 5, 1-5, "
                               "*/2 or 1-5/2, or a list of these with ',', but it is '%.*s'",
                               range->name, (int)range->min, (int)range->max,
                               range->names_count > 0 ? ", or names of three letters" : "",
                               STR_ARG(text));
}

static struct str cron_word(struct str *text)
{
    while (text->size > 0 && text->data[0] == ' ') {
        *text = str_from(*text, 1);
    }
    return text->size == 0 ? *text : str_cut(text, ' ');
}

static struct status cron_split(struct str text, struct str words[CRON_FIELDS])
{
    size_t count = 0;
    for (struct str word; (word = cron_word(&text)).size > 0; count++) {
        if (count < CRON_FIELDS) {
            words[count] = word;
        }
    }
    return count == CRON_FIELDS
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected cron to have five fields (minute, hour, day of the month, "
                              "month, day of the week), such as '0 9 * * MON-FRI', but it has %zu",
                              count);
}

/* Whether there is such a day in any year. */
static bool cron_comes(const struct cron *cron)
{
    static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool comes = !cron->any_weekday || cron->any_day;
    for (unsigned month = 1; month <= MONTHS; month++) {
        const uint64_t there = (UINT64_C(2) << days[month - 1]) - 1;
        comes = comes || ((cron->values[CRON_MONTH] >> month & 1) != 0 &&
                          (cron->values[CRON_DAY] & there) != 0);
    }
    return comes;
}

struct status cron_read(struct str text, struct str zone, struct cron *cron)
{
    struct str words[CRON_FIELDS];
    int32_t unused;
    TRY(cron_split(text, words));
    *cron = (struct cron){ .zone = zone };
    for (size_t i = 0; i < CRON_FIELDS; i++) {
        TRY(cron_field(&ranges[i], words[i], &cron->values[i]));
    }
    cron->values[CRON_WEEKDAY] |=
        cron->values[CRON_WEEKDAY] >> WEEK_DAYS & 1; /* 7 is Sunday, too */
    cron->any_day = str_eq(words[CRON_DAY], STR("*"));
    cron->any_weekday = str_eq(words[CRON_WEEKDAY], STR("*"));
    cron->every_hour = cron->values[CRON_HOUR] == (UINT64_C(1) << 24) - 1;
    if (!cron_comes(cron)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the day of the month of cron to be one that its months "
                            "have, but '%.*s' never comes",
                            STR_ARG(text));
    }
    return zone.size == 0 || cel_zone_offset(zone, 0, &unused)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected time_zone to be a name of the tz database, such as "
                              "Europe/Berlin, or an offset, such as +05:30, but it is '%.*s'",
                              STR_ARG(zone));
}

/* ---- clocks ---- */

/* Minutes that the local clock is ahead at a minute of true time. */
static int64_t cron_ahead(const struct cron *cron, int64_t minute)
{
    int32_t seconds = 0;
    if (cron->zone.size > 0) {
        bool found = cel_zone_offset(cron->zone, minute * 60, &seconds);
        assert(found && seconds % 60 == 0); /* cron_read; the data are in minutes */
    }
    return seconds / 60;
}

static int64_t cron_floor(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

static bool cron_has(const struct cron *cron, enum cron_field field, int64_t value)
{
    assert(value >= 0 && value < 64);
    return (cron->values[field] >> value & 1) != 0;
}

/* Whether days, counted from 1970-01-01, have turns. */
static bool cron_names_day(const struct cron *cron, int64_t day)
{
    int64_t year;
    unsigned month, of_month;
    cel_date_from_days(day, &year, &month, &of_month);
    const int64_t weekday = day + 4 - cron_floor(day + 4, WEEK_DAYS) * WEEK_DAYS;
    const bool by_day = cron_has(cron, CRON_DAY, of_month);
    const bool by_weekday = cron_has(cron, CRON_WEEKDAY, weekday);
    const bool named = cron->any_day       ? by_weekday
                       : cron->any_weekday ? by_day
                                           : by_day || by_weekday;
    return named && cron_has(cron, CRON_MONTH, month);
}

/* Whether a minute of the local clock is named. */
static bool cron_names(const struct cron *cron, int64_t local)
{
    const int64_t day = cron_floor(local, DAY_MINUTES), of_day = local - day * DAY_MINUTES;
    return cron_has(cron, CRON_HOUR, of_day / HOUR_MINUTES) &&
           cron_has(cron, CRON_MINUTE, of_day % HOUR_MINUTES) && cron_names_day(cron, day);
}

/* ---- turns ---- */

/* Whether the local clock has shown this minute before, as it was set back since. */
static bool cron_again(const struct cron *cron, int64_t minute, int64_t ahead)
{
    const int64_t back = cron_ahead(cron, minute - DAY_MINUTES) - ahead;
    return back > 0 && cron_ahead(cron, minute - back) == ahead + back;
}

static bool cron_is_turn(const struct cron *cron, int64_t minute)
{
    const int64_t ahead = cron_ahead(cron, minute);
    const int64_t local = minute + ahead;
    if (cron->every_hour) {
        return cron_names(cron, local);
    }
    bool named = cron_names(cron, local) && !cron_again(cron, minute, ahead);
    for (int64_t missed = minute + cron_ahead(cron, minute - 1); !named && missed < local;
         missed++) {
        named = cron_names(cron, missed); /* the clock was set ahead, over it */
    }
    return named;
}

/* The next minute of the local clock that could be named. */
static int64_t cron_next_local(const struct cron *cron, int64_t local)
{
    const int64_t day = cron_floor(local, DAY_MINUTES), of_day = local - day * DAY_MINUTES;
    if (!cron_names_day(cron, day)) {
        return (day + 1) * DAY_MINUTES;
    }
    const int64_t hour = of_day / HOUR_MINUTES;
    int64_t minute = of_day % HOUR_MINUTES + 1;
    while (cron_has(cron, CRON_HOUR, hour) && minute < HOUR_MINUTES &&
           !cron_has(cron, CRON_MINUTE, minute)) {
        minute++;
    }
    return cron_has(cron, CRON_HOUR, hour) ? local - of_day % HOUR_MINUTES + minute
                                           : local - of_day % HOUR_MINUTES + HOUR_MINUTES;
}

/* The next minute of true time that could be a turn. */
static int64_t cron_leap(const struct cron *cron, int64_t minute)
{
    const int64_t ahead = cron_ahead(cron, minute), local = minute + ahead;
    int64_t to = minute + cron_next_local(cron, local) - local, from = minute;
    if (cron_ahead(cron, to) == ahead) {
        return to;
    }
    while (to - from > 1) {
        const int64_t middle = from + (to - from) / 2;
        *(cron_ahead(cron, middle) == ahead ? &from : &to) = middle;
    }
    return to;
}

int64_t cron_next(const struct cron *cron, int64_t after_us)
{
    int64_t minute = cron_floor(after_us, MINUTE_US) + 1;
    while (minute <= CRON_LAST_MINUTE && !cron_is_turn(cron, minute)) {
        minute = cron_leap(cron, minute);
    }
    return minute <= CRON_LAST_MINUTE ? minute * MINUTE_US : INT64_MAX;
}

/* ---- counting ---- */

/* Whether a local day begins here in which, as in the one before, the clock does not leap. */
static bool cron_plain_day(const struct cron *cron, int64_t minute)
{
    const int64_t ahead = cron_ahead(cron, minute), local = minute + ahead;
    return local == cron_floor(local, DAY_MINUTES) * DAY_MINUTES &&
           cron_ahead(cron, minute - DAY_MINUTES) == ahead &&
           cron_ahead(cron, minute + DAY_MINUTES - 1) == ahead;
}

static uint64_t cron_day_count(const struct cron *cron, int64_t minute)
{
    const int64_t local = minute + cron_ahead(cron, minute);
    return cron_names_day(cron, cron_floor(local, DAY_MINUTES))
               ? (uint64_t)__builtin_popcountll(cron->values[CRON_HOUR]) *
                     (uint64_t)__builtin_popcountll(cron->values[CRON_MINUTE])
               : 0;
}

uint64_t cron_count(const struct cron *cron, int64_t after_us, int64_t until_us)
{
    int64_t minute = cron_floor(after_us, MINUTE_US) + 1;
    int64_t last = cron_floor(until_us, MINUTE_US);
    uint64_t count = 0;
    if (last - minute > (int64_t)CRON_COUNT_DAYS * DAY_MINUTES) {
        last = minute + (int64_t)CRON_COUNT_DAYS * DAY_MINUTES;
    }
    while (minute <= last) {
        const bool whole = last - minute >= DAY_MINUTES - 1 && cron_plain_day(cron, minute);
        count += whole ? cron_day_count(cron, minute) : cron_is_turn(cron, minute);
        minute = whole ? minute + DAY_MINUTES : cron_leap(cron, minute);
    }
    return count;
}
