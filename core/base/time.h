/* Times as text. A time is int64_t microseconds since 1970-01-01T00:00:00Z, without leap seconds,
 * in the years 1 to 9999; protobuf's and CEL's have nanoseconds. Pure: what is relative to now
 * takes now as a value. Failures are INVALID_ARGUMENT. */
#ifndef CORE_BASE_TIME_H
#define CORE_BASE_TIME_H

#include "core/base/status.h"
#include "core/base/str.h"

#define TIME_SECOND_US INT64_C(1000000)
#define TIME_DAY_SECONDS INT64_C(86400)
/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define TIME_SECONDS_MIN INT64_C(-62135596800)
#define TIME_SECONDS_MAX INT64_C(253402300799)
#define TIME_US_MIN (TIME_SECONDS_MIN * TIME_SECOND_US)
#define TIME_US_MAX (TIME_SECONDS_MAX * TIME_SECOND_US + 999999)

/* Room for "9999-12-31T23:59:59.999999999Z" and a NUL. */
enum { TIME_TEXT_SIZE = 32 };

/* A date of the proleptic Gregorian calendar: month 1..12, day 1..31. */
struct time_date {
    int64_t year;
    int month;
    int day;
};

/* Days since 1970-01-01 of a date, and back; any year that int64_t days can hold. */
int64_t time_days(struct time_date date);
struct time_date time_date(int64_t days);
int time_month_days(int64_t year, int month);

/* Strict RFC 3339 with up to nine digits of fraction: "2020-06-01T12:30:00.5+02:00". */
MUST_USE struct status time_parse_nanos(struct str text, int64_t *seconds, int32_t *nanos);
/* The same in microseconds; a finer fraction is an error. */
MUST_USE struct status time_parse(struct str text, int64_t *time_us);
/* As people write them: RFC 3339; "2020-06-01" (00:00 UTC at its start); "2020-06-01 12:30[:15]"
 * (UTC, or with Z or an offset); "now", "today", "yesterday" (00:00 UTC), "2 days ago" (seconds,
 * minutes, hours, days, weeks, months, years). */
MUST_USE struct status time_parse_human(struct str text, int64_t now_us, int64_t *time_us);

/* RFC 3339 in UTC with 0, 3, 6 or 9 digits of fraction, as many as needed, and a NUL; gives its
 * size without the NUL. `seconds` within the range above, `nanos` in 0..999999999. */
size_t time_format_nanos(int64_t seconds, int32_t nanos, char out[TIME_TEXT_SIZE]);
size_t time_format(int64_t time_us, char out[TIME_TEXT_SIZE]);

/* Seconds and nanoseconds (0..999999999) of microseconds. */
void time_split(int64_t time_us, int64_t *seconds, int32_t *nanos);

#endif
