/* The math extension: extremes across number types, rounding, bits. */
#include <math.h>

#include "core/cel/standard.h"

/* The first of the greatest (sign 1) or least (-1). */
static bool math_extreme(struct cel_run *run, const struct cel_value *values, uint32_t count,
                         int sign, struct cel_value *result)
{
    for (uint32_t i = 0; i < count; i++) {
        int order;
        uint32_t kind = values[i].kind;
        if (kind != CEL_INT && kind != CEL_UINT && kind != CEL_DOUBLE) {
            return cel_fail(run, "expected numbers to compare");
        }
        if (i == 0) {
            *result = values[0];
            continue;
        }
        if (!cel_charge(run, 1) || !cel_compare(run, values[i], *result, &order)) {
            return false;
        }
        if (order == CEL_UNORDERED) {
            return cel_fail(run, "expected numbers that have an order, not NaN");
        }
        if (order * sign > 0) {
            *result = values[i];
        }
    }
    return count > 0 || cel_fail(run, "expected a list with at least one number");
}

#define MATH_EXTREME(name, sign)                                                          \
    static bool math_##name##_one(struct cel_run *run, const struct cel_value *args,      \
                                  struct cel_value *result)                               \
    {                                                                                     \
        return math_extreme(run, args, 1, sign, result);                                  \
    }                                                                                     \
    static bool math_##name##_two(struct cel_run *run, const struct cel_value *args,      \
                                  struct cel_value *result)                               \
    {                                                                                     \
        return math_extreme(run, args, 2, sign, result);                                  \
    }                                                                                     \
    static bool math_##name##_list(struct cel_run *run, const struct cel_value *args,     \
                                   struct cel_value *result)                              \
    {                                                                                     \
        return math_extreme(run, args[0].list->items, args[0].list->count, sign, result); \
    }
MATH_EXTREME(greatest, 1)
MATH_EXTREME(least, -1)

/* One value in, one expression of `x` out. */
#define MATH_FUNCTION(name, make, expression)                                  \
    static bool math_##name(struct cel_run *run, const struct cel_value *args, \
                            struct cel_value *result)                          \
    {                                                                          \
        struct cel_value x = args[0];                                          \
        *result = make(expression);                                            \
        return cel_charge(run, 1);                                             \
    }
MATH_FUNCTION(ceil, cel_double, ceil(x.number))
MATH_FUNCTION(floor, cel_double, floor(x.number))
MATH_FUNCTION(round, cel_double, round(x.number))
MATH_FUNCTION(trunc, cel_double, trunc(x.number))
MATH_FUNCTION(abs_double, cel_double, fabs(x.number))
MATH_FUNCTION(abs_uint, cel_uint, x.unsigned_integer)
MATH_FUNCTION(sign_int, cel_int, (x.integer > 0) - (x.integer < 0))
MATH_FUNCTION(sign_uint, cel_uint, x.unsigned_integer > 0)
MATH_FUNCTION(sign_double, cel_double,
              isnan(x.number) ? x.number : (double)((x.number > 0) - (x.number < 0)))
MATH_FUNCTION(is_nan, cel_bool, isnan(x.number) != 0)
MATH_FUNCTION(is_inf, cel_bool, isinf(x.number) != 0)
MATH_FUNCTION(is_finite, cel_bool, isfinite(x.number) != 0)
MATH_FUNCTION(sqrt_int, cel_double, sqrt((double)x.integer))
MATH_FUNCTION(sqrt_uint, cel_double, sqrt((double)x.unsigned_integer))
MATH_FUNCTION(sqrt_double, cel_double, sqrt(x.number))
MATH_FUNCTION(bit_not_int, cel_int, ~x.integer)
MATH_FUNCTION(bit_not_uint, cel_uint, ~x.unsigned_integer)

static bool math_abs_int(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    if (args[0].integer == INT64_MIN) {
        return cel_fail(run, "expected an int whose absolute value is one too");
    }
    *result = cel_int(args[0].integer < 0 ? -args[0].integer : args[0].integer);
    return cel_charge(run, 1);
}

/* Bits are the same for int and uint: the result is of the kind of the first argument. */
#define MATH_BITS(name, operator)                                              \
    static bool math_##name(struct cel_run *run, const struct cel_value *args, \
                            struct cel_value *result)                          \
    {                                                                          \
        *result = args[0];                                                     \
        result->unsigned_integer operator args[1].unsigned_integer;            \
        return cel_charge(run, 1);                                             \
    }
MATH_BITS(bit_and, &=)
MATH_BITS(bit_or, |=)
MATH_BITS(bit_xor, ^=)

static bool math_shift(struct cel_run *run, const struct cel_value *args, bool left,
                       struct cel_value *result)
{
    int64_t count = args[1].integer;
    if (count < 0) {
        return cel_fail(run, "expected to shift by zero or more bits, not '%lld'",
                        (long long)count);
    }
    *result = args[0];
    uint64_t bits = result->unsigned_integer;
    result->unsigned_integer = count > 63 ? 0 : left ? bits << count : bits >> count;
    return cel_charge(run, 1);
}

static bool math_shift_left(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    return math_shift(run, args, true, result);
}

/* Zeros come in from the left, for ints too. */
static bool math_shift_right(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    return math_shift(run, args, false, result);
}

#define MATH_ROW(name_, id_, cost_, function_, result_, ...)                \
    {                                                                       \
        .name = "math." name_, .id = "math_" id_, .cost = CEL_COST_##cost_, \
        .function = math_##function_, .result = result_, .params = {        \
            __VA_ARGS__                                                     \
        }                                                                   \
    }
#define MATH_ONE(name_, function_, result_, param_) \
    MATH_ROW(name_, name_ "_" #param_, ONE, function_, result_, &cel_type_##param_)
#define MATH_TWO(name_, function_, result_, left_, right_)                                    \
    MATH_ROW(name_, name_ "_" #left_ "_" #right_, ONE, function_, result_, &cel_type_##left_, \
             &cel_type_##right_)
#define MATH_EXTREME_ROWS(name_)                                                                  \
    MATH_ROW(#name_, #name_ "_int", ONE, name_##_one, &cel_type_int, &cel_type_int),              \
        MATH_ROW(#name_, #name_ "_uint", ONE, name_##_one, &cel_type_uint, &cel_type_uint),       \
        MATH_ROW(#name_, #name_ "_double", ONE, name_##_one, &cel_type_double, &cel_type_double), \
        MATH_TWO(#name_, name_##_two, &cel_type_int, int, int),                                   \
        MATH_TWO(#name_, name_##_two, &cel_type_uint, uint, uint),                                \
        MATH_TWO(#name_, name_##_two, &cel_type_double, double, double),                          \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, int, uint),                                  \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, int, double),                                \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, uint, int),                                  \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, uint, double),                               \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, double, int),                                \
        MATH_TWO(#name_, name_##_two, &cel_type_dyn, double, uint),                               \
        MATH_ROW(#name_, #name_ "_list", ARGS, name_##_list, &cel_type_a, &cel_type_list_a)

static const struct cel_overload math_rows[] = {
    MATH_EXTREME_ROWS(greatest),
    MATH_EXTREME_ROWS(least),
    MATH_ONE("ceil", ceil, &cel_type_double, double),
    MATH_ONE("floor", floor, &cel_type_double, double),
    MATH_ONE("round", round, &cel_type_double, double),
    MATH_ONE("trunc", trunc, &cel_type_double, double),
    MATH_ONE("abs", abs_int, &cel_type_int, int),
    MATH_ONE("abs", abs_uint, &cel_type_uint, uint),
    MATH_ONE("abs", abs_double, &cel_type_double, double),
    MATH_ONE("sign", sign_int, &cel_type_int, int),
    MATH_ONE("sign", sign_uint, &cel_type_uint, uint),
    MATH_ONE("sign", sign_double, &cel_type_double, double),
    MATH_ONE("isNaN", is_nan, &cel_type_bool, double),
    MATH_ONE("isInf", is_inf, &cel_type_bool, double),
    MATH_ONE("isFinite", is_finite, &cel_type_bool, double),
    MATH_ONE("sqrt", sqrt_int, &cel_type_double, int),
    MATH_ONE("sqrt", sqrt_uint, &cel_type_double, uint),
    MATH_ONE("sqrt", sqrt_double, &cel_type_double, double),
    MATH_TWO("bitAnd", bit_and, &cel_type_int, int, int),
    MATH_TWO("bitAnd", bit_and, &cel_type_uint, uint, uint),
    MATH_TWO("bitOr", bit_or, &cel_type_int, int, int),
    MATH_TWO("bitOr", bit_or, &cel_type_uint, uint, uint),
    MATH_TWO("bitXor", bit_xor, &cel_type_int, int, int),
    MATH_TWO("bitXor", bit_xor, &cel_type_uint, uint, uint),
    MATH_ONE("bitNot", bit_not_int, &cel_type_int, int),
    MATH_ONE("bitNot", bit_not_uint, &cel_type_uint, uint),
    MATH_TWO("bitShiftLeft", shift_left, &cel_type_int, int, int),
    MATH_TWO("bitShiftLeft", shift_left, &cel_type_uint, uint, int),
    MATH_TWO("bitShiftRight", shift_right, &cel_type_int, int, int),
    MATH_TWO("bitShiftRight", shift_right, &cel_type_uint, uint, int),
};
const struct cel_overload_table cel_maths = CEL_TABLE(math_rows);
