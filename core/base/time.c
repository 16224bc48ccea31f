/* Dates are counted by Howard Hinnant's algorithms ("chrono-compatible low-level date algorithms"):
 * years begin in March, so the leap day is the last one, and 400 years are one era. */
#include "core/base/time.h"

enum { TIME_ERA_DAYS = 146097, TIME_EPOCH_DAYS = 719468 /* from 0000-03-01 to 1970-01-01 */ };

struct time_reader {
    const char *at;
    const char *end;
};

static int64_t time_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t time_days(struct time_date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = time_floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * TIME_ERA_DAYS + day_of_era - TIME_EPOCH_DAYS;
}

struct time_date time_date(int64_t days)
{
    days += TIME_EPOCH_DAYS;
    int64_t era = time_floor_div(days, TIME_ERA_DAYS);
    int64_t day = days - era * TIME_ERA_DAYS;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct time_date date = {
        .year = year + era * 400,
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
    };
    date.year += date.month <= 2;
    return date;
}

int time_month_days(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

void time_split(int64_t time_us, int64_t *seconds, int32_t *nanos)
{
    *seconds = time_floor_div(time_us, TIME_SECOND_US);
    *nanos = (int32_t)(time_us - *seconds * TIME_SECOND_US) * 1000;
}

/* Exactly `count` digits, as a number from `low` to `high`. */
static bool time_read_number(struct time_reader *in, int count, int low, int high, int *number)
{
    int value = 0;
    if (in->end - in->at < count) {
        return false;
    }
    for (int i = 0; i < count; i++, in->at++) {
        if (*in->at < '0' || *in->at > '9') {
            return false;
        }
        value = value * 10 + (*in->at - '0');
    }
    *number = value;
    return value >= low && value <= high;
}

static bool time_read_char(struct time_reader *in, char c)
{
    if (in->at == in->end || *in->at != c) {
        return false;
    }
    in->at++;
    return true;
}

static bool time_read_date(struct time_reader *in, int64_t *seconds)
{
    int year, month, day;
    if (!time_read_number(in, 4, 1, 9999, &year) || !time_read_char(in, '-') ||
        !time_read_number(in, 2, 1, 12, &month) || !time_read_char(in, '-') ||
        !time_read_number(in, 2, 1, time_month_days(year, month), &day)) {
        return false;
    }
    *seconds = time_days((struct time_date){ year, month, day }) * TIME_DAY_SECONDS;
    return true;
}

static bool time_read_fraction(struct time_reader *in, int32_t *nanos)
{
    int32_t unit = 100000000;
    const char *start = in->at;
    for (*nanos = 0; in->at < in->end && *in->at >= '0' && *in->at <= '9'; in->at++) {
        *nanos += (*in->at - '0') * unit;
        unit /= 10;
    }
    return in->at > start && in->at - start <= 9;
}

/* hh:mm:ss with an optional fraction; seconds may be missing where people write. */
static bool time_read_clock(struct time_reader *in, bool human, int64_t *seconds, int32_t *nanos)
{
    int hour, minute, second = 0;
    if (!time_read_number(in, 2, 0, 23, &hour) || !time_read_char(in, ':') ||
        !time_read_number(in, 2, 0, 59, &minute)) {
        return false;
    }
    if (time_read_char(in, ':')) {
        if (!time_read_number(in, 2, 0, 59, &second) ||
            (time_read_char(in, '.') && !time_read_fraction(in, nanos))) {
            return false;
        }
    } else if (!human) {
        return false;
    }
    *seconds += hour * 3600 + minute * 60 + second;
    return true;
}

/* Z or +hh:mm to the end of the text; people may leave it out. */
static bool time_read_zone(struct time_reader *in, bool human, int64_t *seconds)
{
    int hour, minute;
    if (time_read_char(in, 'Z') || (human && in->at == in->end)) {
        return in->at == in->end;
    }
    bool east = time_read_char(in, '+');
    if ((!east && !time_read_char(in, '-')) || !time_read_number(in, 2, 0, 23, &hour) ||
        !time_read_char(in, ':') || !time_read_number(in, 2, 0, 59, &minute)) {
        return false;
    }
    int64_t offset = hour * 3600 + minute * 60;
    *seconds += east ? -offset : offset;
    return in->at == in->end;
}

static bool time_read(struct str text, bool human, int64_t *seconds, int32_t *nanos)
{
    struct time_reader in = { text.data, text.size == 0 ? text.data : text.data + text.size };
    *nanos = 0;
    if (!time_read_date(&in, seconds)) {
        return false;
    }
    if (human && in.at == in.end) {
        return true;
    }
    bool separated = time_read_char(&in, 'T') || (human && time_read_char(&in, ' '));
    return separated && time_read_clock(&in, human, seconds, nanos) &&
           time_read_zone(&in, human, seconds) && *seconds >= TIME_SECONDS_MIN &&
           *seconds <= TIME_SECONDS_MAX;
}

struct status time_parse_nanos(struct str text, int64_t *seconds, int32_t *nanos)
{
    if (!time_read(text, false, seconds, nanos)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a time like '2020-06-01T12:30:00Z', but it is '%.*s'",
                            STR_ARG(text));
    }
    return status_ok();
}

static struct status time_join(int64_t seconds, int32_t nanos, struct str text, int64_t *time_us)
{
    if (nanos % 1000 != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a time of whole microseconds, but it is '%.*s'",
                            STR_ARG(text));
    }
    *time_us = seconds * TIME_SECOND_US + nanos / 1000;
    return status_ok();
}

struct status time_parse(struct str text, int64_t *time_us)
{
    int64_t seconds;
    int32_t nanos;
    TRY(time_parse_nanos(text, &seconds, &nanos));
    return time_join(seconds, nanos, text, time_us);
}

/* The same day of the month and time of the day so many months earlier; the month's last day where
 * it has no such day. */
static int64_t time_months_ago(int64_t now_us, int64_t months)
{
    int64_t day_us = TIME_DAY_SECONDS * TIME_SECOND_US;
    int64_t days = time_floor_div(now_us, day_us);
    struct time_date date = time_date(days);
    int64_t month = date.year * 12 + date.month - 1 - months;
    date.year = time_floor_div(month, 12);
    date.month = (int)(month - date.year * 12) + 1;
    int last = time_month_days(date.year, date.month);
    date.day = date.day < last ? date.day : last;
    return now_us + (time_days(date) - days) * day_us;
}

/* Divides "2 days ago" into its number and "days"; the number is small enough for any unit. */
static bool time_read_ago(struct str text, int64_t *count, struct str *unit)
{
    struct time_reader in = { text.data, text.data + text.size };
    struct str ago = STR(" ago");
    for (*count = 0; in.at < in.end && *in.at >= '0' && *in.at <= '9' && *count < 10000; in.at++) {
        *count = *count * 10 + (*in.at - '0');
    }
    if (in.at == text.data || !time_read_char(&in, ' ')) {
        return false;
    }
    *unit = str_make(in.at, (size_t)(in.end - in.at));
    if (unit->size <= ago.size || !str_eq(str_from(*unit, unit->size - ago.size), ago)) {
        return false;
    }
    unit->size -= ago.size;
    if (unit->data[unit->size - 1] == 's') {
        unit->size--;
    }
    return true;
}

static bool time_ago(struct str text, int64_t now_us, int64_t *time_us)
{
    static const struct {
        const char *name;
        int64_t seconds; /* 0: counted in months */
        int64_t months;
    } units[] = {
        { "second", 1, 0 },    { "minute", 60, 0 }, { "hour", 3600, 0 }, { "day", 86400, 0 },
        { "week", 604800, 0 }, { "month", 0, 1 },   { "year", 0, 12 },
    };
    int64_t count;
    struct str unit;
    if (!time_read_ago(text, &count, &unit)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (str_eq(unit, str_z(units[i].name))) {
            *time_us = units[i].months > 0 ? time_months_ago(now_us, count * units[i].months)
                                           : now_us - count * units[i].seconds * TIME_SECOND_US;
            return *time_us >= TIME_US_MIN;
        }
    }
    return false;
}

static bool time_word(struct str text, int64_t now_us, int64_t *time_us)
{
    int64_t day_us = TIME_DAY_SECONDS * TIME_SECOND_US;
    int64_t today_us = time_floor_div(now_us, day_us) * day_us;
    bool now = str_eq(text, STR("now")), yesterday = str_eq(text, STR("yesterday"));
    *time_us = now ? now_us : yesterday ? today_us - day_us : today_us;
    return now || yesterday || str_eq(text, STR("today"));
}

struct status time_parse_human(struct str text, int64_t now_us, int64_t *time_us)
{
    int64_t seconds;
    int32_t nanos;
    if (time_read(text, true, &seconds, &nanos)) {
        return time_join(seconds, nanos, text, time_us);
    }
    if (text.size > 0 && (time_word(text, now_us, time_us) || time_ago(text, now_us, time_us))) {
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a time like '2020-06-01', '2020-06-01 12:30', "
                        "'2020-06-01T12:30:00Z', 'yesterday' or '2 days ago', but it is '%.*s'",
                        STR_ARG(text));
}

/* So many digits of a number, then a mark; gives the place behind it. */
static char *time_put(char *to, unsigned number, int digits, char mark)
{
    for (int i = digits - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    to[digits] = mark;
    return to + digits + 1;
}

size_t time_format_nanos(int64_t seconds, int32_t nanos, char out[TIME_TEXT_SIZE])
{
    assert(seconds >= TIME_SECONDS_MIN && seconds <= TIME_SECONDS_MAX);
    assert(nanos >= 0 && nanos <= 999999999);
    int64_t days = time_floor_div(seconds, TIME_DAY_SECONDS);
    struct time_date date = time_date(days);
    unsigned second = (unsigned)(seconds - days * TIME_DAY_SECONDS);
    int digits = nanos == 0 ? 0 : nanos % 1000000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9;
    int32_t fraction = digits == 3 ? nanos / 1000000 : digits == 6 ? nanos / 1000 : nanos;
    char *to = time_put(out, (unsigned)date.year, 4, '-');
    to = time_put(to, (unsigned)date.month, 2, '-');
    to = time_put(to, (unsigned)date.day, 2, 'T');
    to = time_put(to, second / 3600, 2, ':');
    to = time_put(to, second / 60 % 60, 2, ':');
    to = time_put(to, second % 60, 2, digits > 0 ? '.' : 'Z');
    if (digits > 0) {
        to = time_put(to, (unsigned)fraction, digits, 'Z');
    }
    *to = '\0';
    return (size_t)(to - out);
}

size_t time_format(int64_t time_us, char out[TIME_TEXT_SIZE])
{
    int64_t seconds;
    int32_t nanos;
    time_split(time_us, &seconds, &nanos);
    return time_format_nanos(seconds, nanos, out);
}
