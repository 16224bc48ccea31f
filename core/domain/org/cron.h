/* Crons: minutes named by five fields, as the clock of a time zone shows them. docs/schedules.md
 * has their grammar and what happens where that clock leaps. Pure: the zones' data are those of the
 * expression language (core/cel/zone.h), for ever. */
#ifndef CORE_DOMAIN_ORG_CRON_H
#define CORE_DOMAIN_ORG_CRON_H

#include "core/base/status.h"
#include "core/base/str.h"

enum cron_field { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_WEEKDAY, CRON_FIELDS };

struct cron {
    uint64_t values[CRON_FIELDS]; /* a bit for each */
    bool any_day, any_weekday;    /* the field is `*`: the other one says which days */
    bool every_hour; /* the hours are `*`: turns follow time, not the clock on the wall */
    struct str zone; /* borrowed; empty: UTC */
};

/* Reads a cron and its zone, which it borrows. INVALID_ARGUMENT that names the field: for what is
 * no cron, for days that never come, and for an unknown zone. */
MUST_USE struct status cron_read(struct str text, struct str zone, struct cron *cron);

/* The first turn after a time, microseconds since 1970; INT64_MAX after the year 9999. */
int64_t cron_next(const struct cron *cron, int64_t after_us);

/* How many turns there are after one time and not after another. Of a
 * longer time than CRON_COUNT_DAYS only the turns of its first so many days are counted. */
enum { CRON_COUNT_DAYS = 36525 };
uint64_t cron_count(const struct cron *cron, int64_t after_us, int64_t until_us);

#endif
