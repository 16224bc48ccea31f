/* Looks up offsets. A zone is a list of changes and the rule that holds from the last of them on;
 * changes that the rule says anyway are not in the list. */
#include "core/cel/zone.h"

static const int64_t zone_since = 946684800; /* 2000-01-01 */

enum { ZONE_DAY = 86400, ZONE_OFFSET_BITS = 11, ZONE_OFFSET_ZERO = 1024 };

/* Eras of 400 years, which all have 146,097 days; years begin in March, so that the odd day of a
 * leap year is the last one. */
int64_t cel_days_from_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void cel_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Local seconds of the rule's date in that year. */
static int64_t zone_date_seconds(const struct cel_zone_date *date, int64_t year)
{
    int64_t first = cel_days_from_date(year, date->month, 1);
    int64_t next = date->month == 12 ? cel_days_from_date(year + 1, 1, 1)
                                     : cel_days_from_date(year, date->month + 1U, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + (date->weekday - weekday + 7) % 7 + (date->week - 1) * 7;
    while (day >= next) {
        day -= 7;
    }
    return day * ZONE_DAY + date->seconds;
}

/* Summer begins by standard time and ends by its own; south of the equator it spans the new year.
 */
static int32_t zone_rule_offset(const struct cel_zone_rule *rule, int64_t seconds)
{
    int64_t year;
    unsigned month, day;
    if (rule->standard == rule->summer) {
        return rule->standard;
    }
    int64_t local = seconds + rule->standard;
    cel_date_from_days((local - (local % ZONE_DAY + ZONE_DAY) % ZONE_DAY) / ZONE_DAY, &year, &month,
                       &day);
    int64_t begin = zone_date_seconds(&rule->begin, year) - rule->standard;
    int64_t end = zone_date_seconds(&rule->end, year) - rule->summer;
    bool summer =
        begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
    return summer ? rule->summer : rule->standard;
}

static int64_t zone_change_seconds(uint64_t change)
{
    return zone_since + (int64_t)(change >> ZONE_OFFSET_BITS) * 60;
}

static int32_t zone_offset(const struct cel_zone *zone, int64_t seconds)
{
    const uint64_t *changes = cel_zone_changes + zone->change_first;
    uint32_t passed = 0;
    while (passed < zone->change_count && zone_change_seconds(changes[passed]) <= seconds) {
        passed++;
    }
    if (passed == zone->change_count) {
        return zone_rule_offset(&cel_zone_rules[zone->rule], seconds);
    }
    if (passed == 0) {
        return zone->first;
    }
    int32_t minutes = (int32_t)(changes[passed - 1] & ((1U << ZONE_OFFSET_BITS) - 1));
    return (minutes - ZONE_OFFSET_ZERO) * 60;
}

static const struct cel_zone *zone_find(struct str name)
{
    size_t low = 0, high = cel_zones_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(name, str_z(cel_zones[middle].name));
        if (order == 0) {
            return &cel_zones[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}

static bool zone_two_digits(struct str text, int max, int *number)
{
    if (text.size < 2 || text.data[0] < '0' || text.data[0] > '9' || text.data[1] < '0' ||
        text.data[1] > '9') {
        return false;
    }
    *number = (text.data[0] - '0') * 10 + text.data[1] - '0';
    return *number <= max;
}

/* "+05:30", "-05:30" or "05:30". */
static bool zone_fixed(struct str text, int32_t *offset)
{
    int hours, minutes;
    bool west = str_starts(text, STR("-"));
    if (west || str_starts(text, STR("+"))) {
        text = str_from(text, 1);
    }
    if (text.size != 5 || text.data[2] != ':' || !zone_two_digits(text, 23, &hours) ||
        !zone_two_digits(str_from(text, 3), 59, &minutes)) {
        return false;
    }
    *offset = (hours * 60 + minutes) * (west ? -60 : 60);
    return true;
}

bool cel_zone_offset(struct str text, int64_t seconds, int32_t *offset)
{
    const struct cel_zone *zone = zone_find(text);
    if (zone != NULL) {
        *offset = zone_offset(zone, seconds);
        return true;
    }
    return zone_fixed(text, offset);
}
