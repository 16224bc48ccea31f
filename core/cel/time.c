/* Arithmetic and text of timestamps and durations. The range of durations is that of int64
 * nanoseconds, as the conformance suite wants it (the difference of the first and the last
 * timestamp is an error), though protobuf's Duration could hold more. */
#include "core/cel/time.h"

#include "core/base/num.h"
#include "core/cel/zone.h"

static const int64_t time_first = -62135596800; /* 0001-01-01T00:00:00Z */
static const int64_t time_last = 253402300799;  /* 9999-12-31T23:59:59Z */

bool cel_timestamp_valid(int64_t seconds, int32_t nanos)
{
    return seconds >= time_first && seconds <= time_last && nanos >= 0 && nanos < CEL_TIME_SECOND;
}

static bool cel_duration_valid(int64_t seconds, int32_t nanos)
{
    int64_t total;
    if (nanos < 0 || nanos >= CEL_TIME_SECOND) {
        return false;
    }
    if (seconds < 0) { /* the smallest one's seconds times 10^9 alone would not fit */
        return num_mul_i64(seconds + 1, CEL_TIME_SECOND, &total) &&
               num_add_i64(total, nanos - CEL_TIME_SECOND, &total);
    }
    return num_mul_i64(seconds, CEL_TIME_SECOND, &total) && num_add_i64(total, nanos, &total);
}

bool cel_time_read(struct cel_run *run, enum cel_kind kind, int64_t seconds, int64_t nanos,
                   struct cel_value *result)
{
    bool duration = kind == CEL_DURATION;
    if (duration && nanos < 0 && nanos > -CEL_TIME_SECOND && seconds > INT64_MIN) {
        seconds--;
        nanos += CEL_TIME_SECOND;
    }
    if (duration ? !cel_duration_valid(seconds, (int32_t)nanos)
                 : !cel_timestamp_valid(seconds, (int32_t)nanos)) {
        return cel_fail(run, "expected a %s in range", duration ? "duration" : "timestamp");
    }
    *result =
        duration ? cel_duration(seconds, (int32_t)nanos) : cel_timestamp(seconds, (int32_t)nanos);
    return true;
}

void cel_time_write(struct cel_value value, int64_t *seconds, int32_t *nanos)
{
    bool below = value.kind == CEL_DURATION && value.seconds < 0 && value.nanos > 0;
    *seconds = value.seconds + below;
    *nanos = below ? value.nanos - CEL_TIME_SECOND : value.nanos;
}

/* Text that is read from its front. */
static bool time_char(struct str *text, char c)
{
    if (text->size == 0 || text->data[0] != c) {
        return false;
    }
    *text = str_from(*text, 1);
    return true;
}

static bool time_is_digit(struct str text)
{
    return text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static bool time_number(struct str *text, size_t digits, unsigned min, unsigned max,
                        unsigned *number)
{
    *number = 0;
    for (size_t i = 0; i < digits; i++, *text = str_from(*text, 1)) {
        if (!time_is_digit(*text)) {
            return false;
        }
        *number = *number * 10 + (unsigned)(text->data[0] - '0');
    }
    return *number >= min && *number <= max;
}

/* Digits behind the point as nanoseconds; false when there are none. */
static bool time_fraction(struct str *text, int32_t *nanos)
{
    int32_t unit = CEL_TIME_SECOND / 10;
    bool any = time_is_digit(*text);
    for (; time_is_digit(*text); *text = str_from(*text, 1)) {
        *nanos += (text->data[0] - '0') * unit;
        unit /= 10;
    }
    return any;
}

static bool time_parse_date(struct str *text, int64_t *days)
{
    unsigned year, month, day;
    if (!time_number(text, 4, 0, 9999, &year) || !time_char(text, '-') ||
        !time_number(text, 2, 1, 12, &month) || !time_char(text, '-') ||
        !time_number(text, 2, 1, 31, &day)) {
        return false;
    }
    int64_t read_year;
    unsigned read_month, read_day;
    *days = cel_days_from_date(year, month, day);
    cel_date_from_days(*days, &read_year, &read_month, &read_day);
    return read_month == month; /* not February 30th */
}

static bool time_parse_clock(struct str *text, int64_t *seconds, int32_t *nanos)
{
    unsigned hour, minute, second;
    if (!time_number(text, 2, 0, 23, &hour) || !time_char(text, ':') ||
        !time_number(text, 2, 0, 59, &minute) || !time_char(text, ':') ||
        !time_number(text, 2, 0, 59, &second)) {
        return false;
    }
    *seconds = (int64_t)hour * 3600 + minute * 60 + second;
    *nanos = 0;
    return !time_char(text, '.') || time_fraction(text, nanos);
}

static bool time_parse_offset(struct str *text, int64_t *offset)
{
    unsigned hour, minute;
    bool west = time_char(text, '-');
    *offset = 0;
    if (!west && time_char(text, 'Z')) {
        return true;
    }
    if ((!west && !time_char(text, '+')) || !time_number(text, 2, 0, 23, &hour) ||
        !time_char(text, ':') || !time_number(text, 2, 0, 59, &minute)) {
        return false;
    }
    *offset = ((int64_t)hour * 60 + minute) * (west ? -60 : 60);
    return true;
}

bool cel_timestamp_parse(struct cel_run *run, struct str text, struct cel_value *result)
{
    struct str rest = text;
    int64_t days, clock, offset;
    int32_t nanos;
    if (!cel_charge_bytes(run, text.size)) {
        return false;
    }
    if (!time_parse_date(&rest, &days) || !time_char(&rest, 'T') ||
        !time_parse_clock(&rest, &clock, &nanos) || !time_parse_offset(&rest, &offset) ||
        rest.size > 0) {
        return cel_fail(run, "expected a timestamp like '2026-01-31T23:59:59Z', not '%.*s'",
                        STR_ARG(text));
    }
    int64_t seconds = days * 86400 + clock - offset;
    if (!cel_timestamp_valid(seconds, nanos)) {
        return cel_fail(run, "expected a timestamp of the years 1 to 9999, not '%.*s'",
                        STR_ARG(text));
    }
    *result = cel_timestamp(seconds, nanos);
    return true;
}

/* Longer names before those that start them. */
static const struct {
    struct str name;
    int64_t nanos;
} time_units[] = {
    { { "ns", 2 }, 1 },
    { { "us", 2 }, 1000 },
    { { "\xC2\xB5s", 3 }, 1000 },
    { { "\xCE\xBCs", 3 }, 1000 },
    { { "ms", 2 }, 1000000 },
    { { "s", 1 }, CEL_TIME_SECOND },
    { { "m", 1 }, 60LL * CEL_TIME_SECOND },
    { { "h", 1 }, 3600LL * CEL_TIME_SECOND },
};

static bool time_unit(struct str *text, int64_t *nanos)
{
    for (size_t i = 0; i < sizeof time_units / sizeof *time_units; i++) {
        if (str_starts(*text, time_units[i].name)) {
            *text = str_from(*text, time_units[i].name.size);
            *nanos = time_units[i].nanos;
            return true;
        }
    }
    return false;
}

/* "2.5h": the sum grows by its negative, for the smallest duration has no positive twin. */
static bool time_parse_part(struct str *text, int64_t *negative_total)
{
    int64_t whole = 0, unit, part;
    uint64_t fraction = 0, scale = 1;
    bool digits = time_is_digit(*text), fits = true;
    for (; time_is_digit(*text); *text = str_from(*text, 1)) {
        fits = fits && num_mul_i64(whole, 10, &whole) &&
               num_add_i64(whole, -(text->data[0] - '0'), &whole);
    }
    if (time_char(text, '.')) {
        digits = digits || time_is_digit(*text);
        for (; time_is_digit(*text); *text = str_from(*text, 1)) {
            if (scale < 1000000000000) { /* finer than any nanosecond of an hour */
                fraction = fraction * 10 + (uint64_t)(text->data[0] - '0');
                scale *= 10;
            }
        }
    }
    if (!digits || !fits || !time_unit(text, &unit)) {
        return false;
    }
    int64_t rest = (int64_t)((__extension__(unsigned __int128) fraction * (uint64_t)unit) / scale);
    return num_mul_i64(whole, unit, &part) && num_add_i64(part, -rest, &part) &&
           num_add_i64(*negative_total, part, negative_total);
}

static struct cel_value time_duration_of(int64_t nanos)
{
    int64_t seconds = nanos / CEL_TIME_SECOND, rest = nanos % CEL_TIME_SECOND;
    bool below = rest < 0;
    return cel_duration(seconds - below, (int32_t)(below ? rest + CEL_TIME_SECOND : rest));
}

bool cel_duration_parse(struct cel_run *run, struct str text, struct cel_value *result)
{
    struct str rest = text;
    int64_t total = 0;
    if (!cel_charge_bytes(run, text.size)) {
        return false;
    }
    bool negative = time_char(&rest, '-');
    if (!negative) {
        time_char(&rest, '+');
    }
    bool good = str_eq(rest, STR("0")) || rest.size > 0;
    if (!str_eq(rest, STR("0"))) {
        while (good && rest.size > 0) {
            good = time_parse_part(&rest, &total);
        }
    }
    if (!good || (!negative && total == INT64_MIN)) {
        return cel_fail(run,
                        "expected a duration like '1h30m' or '-0.5s' of up to 292 years, not "
                        "'%.*s'",
                        STR_ARG(text));
    }
    *result = time_duration_of(negative ? total : -total);
    return true;
}

/* Text grows from the front of `out`, which its caller made large enough. */
static size_t time_put(char *out, size_t at, int64_t number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[at + (size_t)i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + (size_t)digits;
}

static size_t time_put_fraction(char *out, size_t at, int32_t nanos)
{
    if (nanos == 0) {
        return at;
    }
    out[at] = '.';
    at = time_put(out, at + 1, nanos, 9);
    while (out[at - 1] == '0') {
        at--;
    }
    return at;
}

struct cel_time_parts cel_time_parts(int64_t seconds)
{
    struct cel_time_parts parts;
    parts.clock = (seconds % 86400 + 86400) % 86400;
    parts.days = (seconds - parts.clock) / 86400;
    cel_date_from_days(parts.days, &parts.year, &parts.month, &parts.day);
    return parts;
}

struct str cel_timestamp_print(struct cel_value timestamp, char out[CEL_TIME_TEXT_MAX])
{
    struct cel_time_parts parts = cel_time_parts(timestamp.seconds);
    const struct {
        int64_t number;
        int digits;
        char after;
    } fields[] = {
        { parts.year, 4, '-' },
        { parts.month, 2, '-' },
        { parts.day, 2, 'T' },
        { parts.clock / 3600, 2, ':' },
        { parts.clock / 60 % 60, 2, ':' },
        { parts.clock % 60, 2, '\0' },
    };
    size_t at = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        at = time_put(out, at, fields[i].number, fields[i].digits);
        if (fields[i].after != '\0') {
            out[at++] = fields[i].after;
        }
    }
    at = time_put_fraction(out, at, timestamp.nanos);
    out[at++] = 'Z';
    return str_make(out, at);
}

struct str cel_duration_print(struct cel_value duration, char out[CEL_TIME_TEXT_MAX])
{
    bool negative = duration.seconds < 0, part = negative && duration.nanos > 0;
    int64_t seconds = negative ? -(duration.seconds + part) : duration.seconds;
    int32_t nanos = part ? CEL_TIME_SECOND - duration.nanos : duration.nanos;
    size_t at = 0;
    int digits = 1;
    if (negative) {
        out[at++] = '-';
    }
    for (int64_t rest = seconds; rest >= 10; rest /= 10) {
        digits++;
    }
    at = time_put_fraction(out, time_put(out, at, seconds, digits), nanos);
    out[at++] = 's';
    return str_make(out, at);
}

/* a + sign * b: a timestamp if just one of them is, a duration otherwise. */
static bool time_sum(struct cel_run *run, struct cel_value a, struct cel_value b, int sign,
                     struct cel_value *result)
{
    int64_t seconds = a.seconds + sign * b.seconds; /* both are below 2^40 */
    int32_t nanos = a.nanos + sign * b.nanos;
    if (nanos >= CEL_TIME_SECOND) {
        nanos -= CEL_TIME_SECOND;
        seconds++;
    } else if (nanos < 0) {
        nanos += CEL_TIME_SECOND;
        seconds--;
    }
    if ((a.kind == CEL_TIMESTAMP) != (b.kind == CEL_TIMESTAMP)) {
        *result = cel_timestamp(seconds, nanos);
        return cel_timestamp_valid(seconds, nanos) ||
               cel_fail(run, "expected a timestamp of the years 1 to 9999");
    }
    *result = cel_duration(seconds, nanos);
    return cel_duration_valid(seconds, nanos) ||
           cel_fail(run, "expected a duration of up to 292 years");
}

bool cel_time_add(struct cel_run *run, struct cel_value a, struct cel_value b,
                  struct cel_value *result)
{
    return time_sum(run, a, b, 1, result);
}

bool cel_time_subtract(struct cel_run *run, struct cel_value a, struct cel_value b,
                       struct cel_value *result)
{
    return time_sum(run, a, b, -1, result);
}
