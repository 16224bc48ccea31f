/* Timestamps (years 1 to 9999) and durations (what int64 nanoseconds hold: +-292 years) with
 * nanoseconds. Values are normalised as value.h says: nanos 0..999,999,999 above seconds. */
#ifndef CORE_CEL_TIME_H
#define CORE_CEL_TIME_H

#include "core/cel/run.h"

enum { CEL_TIME_SECOND = 1000000000 }; /* nanoseconds */

/* Whether it is in range (and nanos below a second). */
bool cel_timestamp_valid(int64_t seconds, int32_t nanos);

/* The value of a google.protobuf.Timestamp or Duration (the kind) with these fields. */
bool cel_time_read(struct cel_run *run, enum cel_kind kind, int64_t seconds, int64_t nanos,
                   struct cel_value *result);
/* The fields: of a duration below zero both are below zero. */
void cel_time_write(struct cel_value value, int64_t *seconds, int32_t *nanos);

/* RFC 3339; digits behind the ninth of the fraction are dropped. */
bool cel_timestamp_parse(struct cel_run *run, struct str text, struct cel_value *result);
/* "1h2m3.5s", "-1.5h", "0": units h, m, s, ms, us (also with the micro sign), ns. */
bool cel_duration_parse(struct cel_run *run, struct str text, struct cel_value *result);

enum { CEL_TIME_TEXT_MAX = 40 };
/* "2009-02-13T23:31:30.5Z", no zeros at the end of the fraction; "3723.5s". Borrows `out`. */
struct str cel_timestamp_print(struct cel_value timestamp, char out[CEL_TIME_TEXT_MAX]);
struct str cel_duration_print(struct cel_value duration, char out[CEL_TIME_TEXT_MAX]);

/* a + b and a - b for all pairs that have them: timestamps and durations. Fails out of range. */
bool cel_time_add(struct cel_run *run, struct cel_value a, struct cel_value b,
                  struct cel_value *result);
bool cel_time_subtract(struct cel_run *run, struct cel_value a, struct cel_value b,
                       struct cel_value *result);

/* A timestamp apart. */
struct cel_time_parts {
    int64_t year;
    unsigned month, day; /* from 1 */
    int64_t days;        /* since 1970-01-01 */
    int64_t clock;       /* seconds of the day */
};
struct cel_time_parts cel_time_parts(int64_t seconds);

#endif
