/* Time zones: offsets from UTC, fixed ("+05:30") or by name from a pinned tz database. Covered: all
 * its zones from 2000-01-01 on, for ever; before that a zone has its offset of that day. */
#ifndef CORE_CEL_ZONE_H
#define CORE_CEL_ZONE_H

#include "core/base/str.h"

/* Seconds to the east of UTC at an instant (Unix seconds). False when there is no such zone. */
bool cel_zone_offset(struct str zone, int64_t seconds, int32_t *offset);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back. */
int64_t cel_days_from_date(int64_t year, unsigned month, unsigned day);
void cel_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

/* The tables, written by generate/zones.go. A change is minutes since 2000 << 11 | offset in
 * minutes + 1,024. */
struct cel_zone_date {
    uint8_t month, week, weekday; /* week 5: the last one; weekday 0: Sunday */
    int32_t seconds;              /* from its midnight, local time before the change */
};
struct cel_zone_rule {
    int32_t standard, summer; /* equal: the same all year */
    struct cel_zone_date begin, end;
};
struct cel_zone {
    const char *name;
    int32_t first; /* offset at 2000-01-01 */
    uint16_t change_first, change_count, rule;
};
extern const uint64_t cel_zone_changes[];
extern const struct cel_zone_rule cel_zone_rules[];
extern const struct cel_zone cel_zones[]; /* by name */
extern const size_t cel_zones_count;

#endif
