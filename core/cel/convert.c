/* Conversions by name: int(x), string(x) ... What does not fit is an error. */
#include "core/cel/number.h"
#include "core/cel/program.h"
#include "core/cel/standard.h"
#include "core/cel/utf8.h"

static bool cel_convert_range(struct cel_run *run, const char *type)
{
    return cel_fail(run, "expected a number within the range of %s", type);
}

static bool cel_convert_text(struct cel_run *run, const char *type, struct cel_value text)
{
    return cel_fail(run, "expected the text of %s, but found '%.*s'", type,
                    text.size > 40 ? 40 : (int)text.size, text.data);
}

static bool cel_same(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    (void)run;
    *result = args[0];
    return true;
}

static bool cel_int_uint(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    *result = cel_int(args[0].integer);
    return args[0].unsigned_integer <= INT64_MAX || cel_convert_range(run, "int");
}

static bool cel_int_double(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    double number = args[0].number;
    if (!(number > -0x1p63 && number < 0x1p63)) {
        return cel_convert_range(run, "int");
    }
    *result = cel_int((int64_t)number);
    return true;
}

static bool cel_int_string(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    *result = cel_int(0);
    return cel_number_int(cel_str(args[0]), &result->integer) ||
           cel_convert_text(run, "an int", args[0]);
}

static bool cel_int_timestamp(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    (void)run;
    *result = cel_int(args[0].seconds);
    return true;
}

static bool cel_uint_int(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    *result = cel_uint(args[0].unsigned_integer);
    return args[0].integer >= 0 || cel_convert_range(run, "uint");
}

static bool cel_uint_double(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    double number = args[0].number;
    if (!(number >= 0 && number < 0x1p64)) {
        return cel_convert_range(run, "uint");
    }
    *result = cel_uint((uint64_t)number);
    return true;
}

static bool cel_uint_string(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    *result = cel_uint(0);
    return cel_number_uint(cel_str(args[0]), &result->unsigned_integer) ||
           cel_convert_text(run, "a uint", args[0]);
}

static bool cel_double_int(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    (void)run;
    *result = cel_double((double)args[0].integer);
    return true;
}

static bool cel_double_uint(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    (void)run;
    *result = cel_double((double)args[0].unsigned_integer);
    return true;
}

static bool cel_double_string(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    *result = cel_double(0);
    return cel_charge_bytes(run, args[0].size) &&
           (cel_number_double(cel_str(args[0]), &result->number) ||
            cel_convert_text(run, "a double", args[0])) &&
           cel_charge(run, cel_number_gas(result->number));
}

static bool cel_bool_string(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    static const char *const words[2][5] = { { "0", "f", "false", "FALSE", "False" },
                                             { "1", "t", "true", "TRUE", "True" } };
    for (int i = 0; i < 10; i++) {
        if (str_eq(cel_str(args[0]), str_z(words[i / 5][i % 5]))) {
            *result = cel_bool(i / 5 == 1);
            return true;
        }
    }
    return cel_convert_text(run, "a bool", args[0]);
}

static bool cel_string_bool(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    (void)run;
    *result = cel_string(args[0].boolean ? STR("true") : STR("false"));
    return true;
}

static bool cel_string_int(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    char text[CEL_NUMBER_TEXT_MAX];
    bool negative = args[0].kind == CEL_INT && args[0].integer < 0;
    uint64_t magnitude = negative ? 0 - args[0].unsigned_integer : args[0].unsigned_integer;
    return cel_string_new(run, cel_number_base(negative, magnitude, 10, false, text), result);
}

static bool cel_string_double(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    char text[CEL_NUMBER_TEXT_MAX];
    return cel_charge(run, cel_number_gas(args[0].number)) &&
           cel_string_new(run, cel_number_shortest(args[0].number, text), result);
}

static bool cel_string_bytes(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    *result = cel_string(cel_str(args[0]));
    return cel_charge_bytes(run, args[0].size) &&
           (utf8_valid(cel_str(args[0])) || cel_fail(run, "expected bytes of valid UTF-8"));
}

static bool cel_bytes_string(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    (void)run;
    *result = cel_bytes(cel_str(args[0]));
    return true;
}

static bool cel_type_any_value(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    const struct cel_type *type;
    if (!cel_type_of(run, args[0], &type)) {
        return false;
    }
    *result = cel_type_value(type);
    return true;
}

#define CONVERT(name_, from, fn)                                                                  \
    {                                                                                             \
        .name = #name_, .id = #from "_to_" #name_, .cost = CEL_COST_ARGS, .size = CEL_SIZE_FIRST, \
        .function = fn, .result = &cel_type_##name_, .params = {                                  \
            &cel_type_##from                                                                      \
        }                                                                                         \
    }
#define CONVERT_DIGITS(name_, from, fn)                                                  \
    {                                                                                    \
        .name = #name_, .id = #from "_to_" #name_, .cost = CEL_COST_DIGITS,              \
        .size = CEL_SIZE_FIRST, .function = fn, .result = &cel_type_##name_, .params = { \
            &cel_type_##from                                                             \
        }                                                                                \
    }

static const struct cel_overload cel_conversion_rows[] = {
    CONVERT(int, int, cel_same),
    CONVERT(int, uint, cel_int_uint),
    CONVERT(int, double, cel_int_double),
    CONVERT(int, string, cel_int_string),
    CONVERT(int, timestamp, cel_int_timestamp),
    CONVERT(uint, uint, cel_same),
    CONVERT(uint, int, cel_uint_int),
    CONVERT(uint, double, cel_uint_double),
    CONVERT(uint, string, cel_uint_string),
    CONVERT(double, double, cel_same),
    CONVERT(double, int, cel_double_int),
    CONVERT(double, uint, cel_double_uint),
    CONVERT_DIGITS(double, string, cel_double_string),
    CONVERT(bool, bool, cel_same),
    CONVERT(bool, string, cel_bool_string),
    CONVERT(string, string, cel_same),
    CONVERT(string, bool, cel_string_bool),
    CONVERT(string, int, cel_string_int),
    CONVERT(string, uint, cel_string_int),
    CONVERT_DIGITS(string, double, cel_string_double),
    CONVERT(string, bytes, cel_string_bytes),
    CONVERT(bytes, bytes, cel_same),
    CONVERT(bytes, string, cel_bytes_string),
    { .name = "dyn",
      .id = "to_dyn",
      .size = CEL_SIZE_FIRST,
      .function = cel_same,
      .result = &cel_type_dyn,
      .params = { &cel_type_a } },
    { .name = "type",
      .id = "type",
      .function = cel_type_any_value,
      .result = &cel_type_type_a,
      .params = { &cel_type_a } },
};

const struct cel_overload_table cel_conversions = CEL_TABLE(cel_conversion_rows);
