/* Numbers from text. Doubles go through exact decimals (decimal.h), which are rounded once; only
 * short decimals take the fast path of one exact product or quotient. Neither the locale nor the C
 * library is asked. */
#include "core/cel/number.h"

#include <math.h>

#include "core/base/num.h"
#include "core/cel/decimal.h"

enum {
    NUMBER_MANTISSA_BITS = 53,
    NUMBER_EXPONENT_MIN = -1074, /* of the mantissa as an integer */
};

bool cel_number_uint(struct str text, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9 || !num_mul_u64(sum, 10, &sum) || !num_add_u64(sum, digit, &sum)) {
            return false;
        }
    }
    *value = sum;
    return text.size > 0;
}

/* Cuts a sign off the front; true for '-'. */
static bool number_sign(struct str *text)
{
    bool negative = text->size > 0 && text->data[0] == '-';
    if (negative || (text->size > 0 && text->data[0] == '+')) {
        *text = str_from(*text, 1);
    }
    return negative;
}

bool cel_number_int(struct str text, int64_t *value)
{
    bool negative = number_sign(&text);
    uint64_t magnitude;
    if (!cel_number_uint(text, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

static bool number_is_name(struct str text, const char *name)
{
    size_t i = 0;
    while (i < text.size && name[i] != '\0' && (text.data[i] | 0x20) == name[i]) {
        i++;
    }
    return i == text.size && name[i] == '\0';
}

/* What a decimal literal says: digits * 10^exponent. */
struct number_literal {
    struct str whole, fraction; /* digits before and behind the point */
    int64_t exponent;           /* of ten, clamped to +-100,000 */
};

static struct str number_digits(struct str *text)
{
    size_t count = 0;
    while (count < text->size && text->data[count] >= '0' && text->data[count] <= '9') {
        count++;
    }
    struct str digits = { text->data, count };
    *text = str_from(*text, count);
    return digits;
}

static bool number_exponent(struct str text, int64_t *exponent)
{
    bool negative = number_sign(&text);
    struct str digits = number_digits(&text);
    if (digits.size == 0 || text.size > 0) {
        return false;
    }
    *exponent = 0;
    for (size_t i = 0; i < digits.size && *exponent < 100000; i++) {
        *exponent = *exponent * 10 + (digits.data[i] - '0');
    }
    *exponent = negative ? -*exponent : *exponent;
    return true;
}

static bool number_split(struct str text, struct number_literal *literal)
{
    *literal = (struct number_literal){ .whole = number_digits(&text) };
    if (text.size > 0 && text.data[0] == '.') {
        text = str_from(text, 1);
        literal->fraction = number_digits(&text);
    }
    if (literal->whole.size + literal->fraction.size == 0) {
        return false;
    }
    if (text.size > 0 && (text.data[0] | 0x20) == 'e') {
        return number_exponent(str_from(text, 1), &literal->exponent);
    }
    return text.size == 0;
}

static unsigned number_literal_digit(const struct number_literal *literal, size_t i)
{
    struct str whole = literal->whole;
    char digit = i < whole.size ? whole.data[i] : literal->fraction.data[i - whole.size];
    return (unsigned)(digit - '0');
}

/* Up to 15 digits and a power of ten that is a double itself: one rounding is exact. */
static bool number_fast(const struct number_literal *literal, double *value)
{
    static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    size_t count = literal->whole.size + literal->fraction.size;
    int64_t exponent = literal->exponent - (int64_t)literal->fraction.size;
    uint64_t mantissa = 0;
    if (count > 15 || exponent < -22 || exponent > 22) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        mantissa = mantissa * 10 + number_literal_digit(literal, i);
    }
    *value =
        exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    return true;
}

/* The literal in the window; false when a digit lies before it (too large). */
static bool number_place(const struct number_literal *literal, struct cel_decimal *decimal)
{
    size_t count = literal->whole.size + literal->fraction.size;
    int64_t position = CEL_DECIMAL_POINT - (int64_t)literal->whole.size - literal->exponent;
    cel_decimal_set(decimal, 0, 0);
    for (size_t i = 0; i < count; i++, position++) {
        unsigned digit = number_literal_digit(literal, i);
        if (digit > 0 && position < 0) {
            return false;
        }
        if (digit > 0 && position >= CEL_DECIMAL_DIGITS) {
            decimal->sticky = true;
        } else if (digit > 0) {
            cel_decimal_put(decimal, (size_t)position, digit);
        }
    }
    return true;
}

/* Scales until the part before the point is a mantissa of 53 bits (fewer for a denormal); the
 * exponent that undoes it is returned. */
static int number_normalize(struct cel_decimal *decimal)
{
    int exponent = 0;
    while (cel_decimal_integer(decimal) == UINT64_MAX) {
        cel_decimal_scale(decimal, -29);
        exponent += 29;
    }
    while (cel_decimal_integer(decimal) < (uint64_t)1 << 24 && exponent > NUMBER_EXPONENT_MIN) {
        int step = exponent - NUMBER_EXPONENT_MIN < 29 ? exponent - NUMBER_EXPONENT_MIN : 29;
        cel_decimal_scale(decimal, step);
        exponent -= step;
    }
    uint64_t integer = cel_decimal_integer(decimal);
    int bits = integer == 0 ? 0 : 64 - __builtin_clzll(integer);
    int step = NUMBER_MANTISSA_BITS - bits;
    if (exponent - step < NUMBER_EXPONENT_MIN) {
        step = exponent - NUMBER_EXPONENT_MIN;
    }
    cel_decimal_scale(decimal, step);
    return exponent - step;
}

static bool number_exact(const struct number_literal *literal, double *value)
{
    struct cel_decimal decimal;
    if (!number_place(literal, &decimal)) {
        return false;
    }
    int exponent = number_normalize(&decimal);
    uint64_t mantissa = cel_decimal_integer(&decimal);
    int half = cel_decimal_half(&decimal);
    mantissa += half > 0 || (half == 0 && mantissa % 2 == 1);
    *value = ldexp((double)mantissa, exponent);
    return isfinite(*value);
}

bool cel_number_double(struct str text, double *value)
{
    struct number_literal literal;
    bool negative = number_sign(&text);
    if (number_is_name(text, "nan")) {
        *value = NAN;
        return true;
    }
    if (number_is_name(text, "inf") || number_is_name(text, "infinity")) {
        *value = negative ? -INFINITY : INFINITY;
        return true;
    }
    if (!number_split(text, &literal)) {
        return false;
    }
    if (!number_fast(&literal, value) && !number_exact(&literal, value)) {
        return false;
    }
    *value = negative ? -*value : *value;
    return true;
}
