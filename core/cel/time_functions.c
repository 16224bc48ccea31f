/* Functions on timestamps and durations: making, printing, adding, and the calendar. */
#include "core/cel/standard.h"
#include "core/cel/time.h"
#include "core/cel/zone.h"

static bool time_timestamp_string(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    return cel_timestamp_parse(run, cel_str(args[0]), result);
}

static bool time_timestamp_int(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    *result = cel_timestamp(args[0].integer, 0);
    return cel_timestamp_valid(args[0].integer, 0) ||
           cel_fail(run, "expected a timestamp of the years 1 to 9999");
}

static bool time_duration_string(struct cel_run *run, const struct cel_value *args,
                                 struct cel_value *result)
{
    return cel_duration_parse(run, cel_str(args[0]), result);
}

static bool time_same(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    (void)run;
    *result = args[0];
    return true;
}

static bool time_string(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    char out[CEL_TIME_TEXT_MAX];
    struct str text = args[0].kind == CEL_TIMESTAMP ? cel_timestamp_print(args[0], out)
                                                    : cel_duration_print(args[0], out);
    return cel_string_new(run, text, result);
}

static bool time_add(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    return cel_time_add(run, args[0], args[1], result);
}

static bool time_subtract(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    return cel_time_subtract(run, args[0], args[1], result);
}

/* The parts in the zone of the second argument, if there is one. */
static bool time_local(struct cel_run *run, const struct cel_value *args, bool zoned,
                       struct cel_time_parts *parts)
{
    int32_t offset = 0;
    if (!cel_charge(run, zoned ? 8 : 1)) {
        return false;
    }
    if (zoned && !cel_zone_offset(cel_str(args[1]), args[0].seconds, &offset)) {
        return cel_fail(run, "expected a time zone like 'Europe/Berlin' or '+05:30', not '%.*s'",
                        STR_ARG(cel_str(args[1])));
    }
    *parts = cel_time_parts(args[0].seconds + offset);
    return true;
}

/* Each getter as two functions: in UTC, and in a zone. */
#define TIME_GETTER(name, expression)                                                           \
    static bool time_##name##_in(struct cel_run *run, const struct cel_value *args, bool zoned, \
                                 struct cel_value *result)                                      \
    {                                                                                           \
        struct cel_time_parts parts;                                                            \
        if (!time_local(run, args, zoned, &parts)) {                                            \
            return false;                                                                       \
        }                                                                                       \
        *result = cel_int(expression);                                                          \
        return true;                                                                            \
    }                                                                                           \
    static bool time_##name(struct cel_run *run, const struct cel_value *args,                  \
                            struct cel_value *result)                                           \
    {                                                                                           \
        return time_##name##_in(run, args, false, result);                                      \
    }                                                                                           \
    static bool time_##name##_zoned(struct cel_run *run, const struct cel_value *args,          \
                                    struct cel_value *result)                                   \
    {                                                                                           \
        return time_##name##_in(run, args, true, result);                                       \
    }

TIME_GETTER(year, parts.year)
TIME_GETTER(month, (int64_t)parts.month - 1)
TIME_GETTER(date, parts.day)
TIME_GETTER(day_of_month, (int64_t)parts.day - 1)
TIME_GETTER(day_of_week, ((parts.days + 4) % 7 + 7) % 7)
TIME_GETTER(day_of_year, parts.days - cel_days_from_date(parts.year, 1, 1))
TIME_GETTER(hours, parts.clock / 3600)
TIME_GETTER(minutes, parts.clock / 60 % 60)
TIME_GETTER(seconds, parts.clock % 60)
TIME_GETTER(milliseconds, args[0].nanos / 1000000)

/* Whole seconds towards zero. */
static int64_t time_whole_seconds(struct cel_value duration)
{
    return duration.seconds + (duration.seconds < 0 && duration.nanos > 0);
}

#define TIME_DURATION_GETTER(name, expression)                                          \
    static bool time_duration_##name(struct cel_run *run, const struct cel_value *args, \
                                     struct cel_value *result)                          \
    {                                                                                   \
        *result = cel_int(expression);                                                  \
        return cel_charge(run, 1);                                                      \
    }

TIME_DURATION_GETTER(hours, time_whole_seconds(args[0]) / 3600)
TIME_DURATION_GETTER(minutes, time_whole_seconds(args[0]) / 60)
TIME_DURATION_GETTER(seconds, time_whole_seconds(args[0]))
/* Only what is left beside the seconds, as the specification has it. */
TIME_DURATION_GETTER(milliseconds,
                     (args[0].seconds < 0 && args[0].nanos > 0 ? args[0].nanos - CEL_TIME_SECOND
                                                               : args[0].nanos) /
                         1000000)

#define TIME_ROW(cel_name, id_, member_, function_, result_, ...)                     \
    {                                                                                 \
        .name = cel_name, .id = id_, .member = member_, .function = time_##function_, \
        .result = &cel_type_##result_, .params = {                                    \
            __VA_ARGS__                                                               \
        }                                                                             \
    }
/* Reads its text. */
#define TIME_TEXT_ROW(cel_name, id_, function_)                             \
    {                                                                       \
        .name = cel_name, .id = id_, .function = time_##function_##_string, \
        .result = &cel_type_##function_, .cost = CEL_COST_ARGS, .params = { \
            &cel_type_string                                                \
        }                                                                   \
    }
#define TIME_GETTER_ROWS(cel_name, id_, function_)                                            \
    TIME_ROW(cel_name, id_, true, function_, int, &cel_type_timestamp),                       \
        TIME_ROW(cel_name, id_ "_with_tz", true, function_##_zoned, int, &cel_type_timestamp, \
                 &cel_type_string)
#define TIME_DURATION_ROW(cel_name, id_, function_) \
    TIME_ROW(cel_name, id_, true, duration_##function_, int, &cel_type_duration)
#define TIME_OPERATOR(cel_name, id_, function_, result_, left_, right_) \
    TIME_ROW(cel_name, id_, false, function_, result_, &cel_type_##left_, &cel_type_##right_)

static const struct cel_overload time_rows[] = {
    TIME_TEXT_ROW("timestamp", "string_to_timestamp", timestamp),
    TIME_ROW("timestamp", "int64_to_timestamp", false, timestamp_int, timestamp, &cel_type_int),
    TIME_ROW("timestamp", "timestamp_to_timestamp", false, same, timestamp, &cel_type_timestamp),
    TIME_TEXT_ROW("duration", "string_to_duration", duration),
    TIME_ROW("duration", "duration_to_duration", false, same, duration, &cel_type_duration),
    TIME_ROW("string", "timestamp_to_string", false, string, string, &cel_type_timestamp),
    TIME_ROW("string", "duration_to_string", false, string, string, &cel_type_duration),
    TIME_OPERATOR("_+_", "add_timestamp_duration", add, timestamp, timestamp, duration),
    TIME_OPERATOR("_+_", "add_duration_timestamp", add, timestamp, duration, timestamp),
    TIME_OPERATOR("_+_", "add_duration_duration", add, duration, duration, duration),
    TIME_OPERATOR("_-_", "subtract_timestamp_timestamp", subtract, duration, timestamp, timestamp),
    TIME_OPERATOR("_-_", "subtract_timestamp_duration", subtract, timestamp, timestamp, duration),
    TIME_OPERATOR("_-_", "subtract_duration_duration", subtract, duration, duration, duration),
    TIME_GETTER_ROWS("getFullYear", "timestamp_to_year", year),
    TIME_GETTER_ROWS("getMonth", "timestamp_to_month", month),
    TIME_GETTER_ROWS("getDate", "timestamp_to_day_of_month_1_based", date),
    TIME_GETTER_ROWS("getDayOfMonth", "timestamp_to_day_of_month", day_of_month),
    TIME_GETTER_ROWS("getDayOfWeek", "timestamp_to_day_of_week", day_of_week),
    TIME_GETTER_ROWS("getDayOfYear", "timestamp_to_day_of_year", day_of_year),
    TIME_GETTER_ROWS("getHours", "timestamp_to_hours", hours),
    TIME_GETTER_ROWS("getMinutes", "timestamp_to_minutes", minutes),
    TIME_GETTER_ROWS("getSeconds", "timestamp_to_seconds", seconds),
    TIME_GETTER_ROWS("getMilliseconds", "timestamp_to_milliseconds", milliseconds),
    TIME_DURATION_ROW("getHours", "duration_to_hours", hours),
    TIME_DURATION_ROW("getMinutes", "duration_to_minutes", minutes),
    TIME_DURATION_ROW("getSeconds", "duration_to_seconds", seconds),
    TIME_DURATION_ROW("getMilliseconds", "duration_to_milliseconds", milliseconds),
};
const struct cel_overload_table cel_times = CEL_TABLE(time_rows);
