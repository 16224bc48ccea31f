/* Numbers from and to text. Doubles go through exact decimals (decimal.h): parsing rounds the exact
 * decimal once, printing rounds the exact value once; the shortest form is the first digit at which
 * a decimal lies between the value's two midpoints. Only short decimals take the fast path of one
 * exact product or quotient. Neither the locale nor the C library's printf is asked. */
#include "core/cel/number.h"

#include <assert.h>
#include <math.h>

#include "core/base/num.h"
#include "core/cel/decimal.h"

enum {
    NUMBER_MANTISSA_BITS = 53,
    NUMBER_EXPONENT_MIN = -1074, /* of the mantissa as an integer */
    NUMBER_SMALL = -4,           /* powers of ten beyond which an exponent is written */
    NUMBER_LARGE = 6,
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

struct str cel_number_base(bool negative, uint64_t magnitude, unsigned base, bool upper,
                           char out[CEL_NUMBER_TEXT_MAX])
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t at = CEL_NUMBER_TEXT_MAX;
    do {
        out[--at] = digits[magnitude % base];
        magnitude /= base;
    } while (magnitude > 0);
    if (negative) {
        out[--at] = '-';
    }
    return str_make(out + at, CEL_NUMBER_TEXT_MAX - at);
}

/* Significant digits: 0.d1d2d3... * 10^point. None for zero. */
struct number_digits {
    char digits[CEL_DECIMAL_DIGITS + 1];
    size_t count;
    int point;
};

/* A finite double apart: magnitude = mantissa * 2^exponent. */
static void number_apart(double value, uint64_t *mantissa, int *exponent)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int biased = (int)(bits >> 52 & 0x7FF);
    *mantissa = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)(biased > 0) << 52;
    *exponent = (biased > 0 ? biased : 1) - 1075;
}

uint64_t cel_number_gas(double value)
{
    uint64_t mantissa;
    int exponent;
    number_apart(value, &mantissa, &exponent);
    if (!isfinite(value) || mantissa == 0) {
        return 1;
    }
    exponent += NUMBER_MANTISSA_BITS;
    return 1 + (uint64_t)(exponent < 0 ? -exponent : exponent) / 8;
}

static size_t number_first_digit(const struct cel_decimal *decimal)
{
    size_t position = decimal->first * CEL_DECIMAL_LIMB_DIGITS;
    while (position < CEL_DECIMAL_DIGITS && cel_decimal_digit(decimal, position) == 0) {
        position++;
    }
    return position;
}

/* The digits [from, to) of the decimal, plus one in the last place when `up`. */
static void number_take(const struct cel_decimal *decimal, size_t from, size_t to, bool up,
                        struct number_digits *out)
{
    out->point = CEL_DECIMAL_POINT - (int)from;
    out->count = to > from ? to - from : 0;
    for (size_t i = 0; i < out->count; i++) {
        out->digits[i] = (char)('0' + cel_decimal_digit(decimal, from + i));
    }
    size_t carry = out->count;
    while (up && carry > 0 && out->digits[carry - 1] == '9') {
        out->digits[--carry] = '0';
    }
    if (up && carry > 0) {
        out->digits[carry - 1]++;
    } else if (up) { /* 99.5 has become 100, or nothing has become 1 */
        memmove(out->digits + 1, out->digits, out->count);
        out->digits[0] = '1';
        out->count++;
        out->point++;
    }
}

/* Rounds at digit `to` (the first that goes), ties to even. */
static void number_round(const struct cel_decimal *decimal, size_t from, size_t to,
                         struct number_digits *out)
{
    bool up = false;
    if (to < CEL_DECIMAL_DIGITS && to >= from) {
        unsigned digit = cel_decimal_digit(decimal, to);
        bool odd = to > from && cel_decimal_digit(decimal, to - 1) % 2 == 1;
        up = digit > 5 || (digit == 5 && (odd || cel_decimal_any(decimal, to + 1)));
    }
    number_take(decimal, from, to < from ? from : to, up, out);
    if (to < from) {
        out->point = CEL_DECIMAL_POINT - (int)to;
    }
}

/* What lies halfway to the neighbours of the value, and whether it still rounds to it. */
struct number_interval {
    struct cel_decimal value, low, high;
    bool inclusive;
};

static void number_interval_set(struct number_interval *interval, uint64_t mantissa, int exponent)
{
    bool edge = mantissa == (uint64_t)1 << 52 && exponent > NUMBER_EXPONENT_MIN;
    cel_decimal_set(&interval->value, mantissa, exponent);
    cel_decimal_set(&interval->high, mantissa * 2 + 1, exponent - 1);
    cel_decimal_set(&interval->low, mantissa * (edge ? 4 : 2) - 1, exponent - (edge ? 2 : 1));
    interval->inclusive = mantissa % 2 == 0;
}

/* Fewest digits that lie in the interval, of those the nearest to the value. `above` and `below`
 * are the distances of the prefixes so far, in units of the digit, at most 2. */
static void number_shorten(const struct number_interval *interval, struct number_digits *out)
{
    size_t from = number_first_digit(&interval->high), position = from;
    unsigned above = 0, below = 0;
    for (;; position++) {
        unsigned digit = cel_decimal_digit(&interval->value, position);
        above = above * 10 + cel_decimal_digit(&interval->high, position) - digit;
        below = below * 10 + digit - cel_decimal_digit(&interval->low, position);
        above = above > 2 ? 2 : above;
        below = below > 2 ? 2 : below;
        bool high_more = cel_decimal_any(&interval->high, position + 1);
        bool low_more = cel_decimal_any(&interval->low, position + 1);
        bool down_fits = below > 0 || (!low_more && interval->inclusive);
        bool up_fits = above > 1 || (above == 1 && (high_more || interval->inclusive));
        if (down_fits && up_fits) {
            number_round(&interval->value, from, position + 1, out);
            return;
        }
        if (down_fits || up_fits) {
            number_take(&interval->value, from, position + 1, up_fits, out);
            return;
        }
    }
}

/* Takes zeros off both ends, so that the first digit is the first significant one. */
static void number_strip(struct number_digits *digits)
{
    size_t zeros = 0;
    while (digits->count > 0 && digits->digits[digits->count - 1] == '0') {
        digits->count--;
    }
    while (zeros < digits->count && digits->digits[zeros] == '0') {
        zeros++;
    }
    memmove(digits->digits, digits->digits + zeros, digits->count - zeros);
    digits->count -= zeros;
    digits->point = digits->count == 0 ? 1 : digits->point - (int)zeros;
}

static void number_shortest_digits(double value, struct number_digits *out)
{
    struct number_interval interval;
    uint64_t mantissa;
    int exponent;
    number_apart(value, &mantissa, &exponent);
    *out = (struct number_digits){ .point = 1 };
    if (mantissa > 0) {
        number_interval_set(&interval, mantissa, exponent);
        number_shorten(&interval, out);
        number_strip(out);
    }
}

/* Text grows from the front of `out`, which is large enough by what its caller knows. */
struct number_text {
    char *out;
    size_t size;
};

static void number_char(struct number_text *text, char c)
{
    text->out[text->size++] = c;
}

/* The digit worth 10^(point-1-i), 0 where there are none. */
static char number_at(const struct number_digits *digits, int i)
{
    return i >= 0 && (size_t)i < digits->count ? digits->digits[i] : '0';
}

static void number_write_plain(struct number_text *text, const struct number_digits *digits,
                               int precision)
{
    for (int i = digits->point > 0 ? 0 : digits->point - 1; i < digits->point; i++) {
        number_char(text, number_at(digits, i));
    }
    if (precision > 0) {
        number_char(text, '.');
    }
    for (int i = 0; i < precision; i++) {
        number_char(text, number_at(digits, digits->point + i));
    }
}

static void number_write_scientific(struct number_text *text, const struct number_digits *digits,
                                    int precision)
{
    char exponent_text[CEL_NUMBER_TEXT_MAX];
    int exponent = digits->count == 0 ? 0 : digits->point - 1;
    struct str number = cel_number_base(false, (uint64_t)(exponent < 0 ? -exponent : exponent), 10,
                                        false, exponent_text);
    number_char(text, number_at(digits, 0));
    if (precision > 0) {
        number_char(text, '.');
    }
    for (int i = 1; i <= precision; i++) {
        number_char(text, number_at(digits, i));
    }
    number_char(text, 'e');
    number_char(text, exponent < 0 ? '-' : '+');
    if (number.size < 2) {
        number_char(text, '0');
    }
    for (size_t i = 0; i < number.size; i++) {
        number_char(text, number.data[i]);
    }
}

struct str cel_number_shortest(double value, char out[CEL_NUMBER_TEXT_MAX])
{
    struct number_text text = { .out = out };
    struct number_digits digits;
    if (isnan(value)) {
        return STR("NaN");
    }
    if (isinf(value)) {
        return value < 0 ? STR("-Inf") : STR("+Inf");
    }
    number_shortest_digits(value, &digits);
    int count = (int)digits.count, exponent = digits.point - 1;
    if (signbit(value)) {
        number_char(&text, '-');
    }
    if (count > 0 && (exponent < NUMBER_SMALL || exponent >= NUMBER_LARGE)) {
        number_write_scientific(&text, &digits, count - 1);
    } else {
        number_write_plain(&text, &digits, count > digits.point ? count - digits.point : 0);
    }
    return str_make(out, text.size);
}

/* The digits that the style asks for, and how many of them stand behind the point. */
static int number_styled_digits(double value, enum cel_number_style style, unsigned precision,
                                struct number_digits *digits)
{
    struct cel_decimal decimal;
    uint64_t mantissa;
    int exponent;
    if (style == CEL_NUMBER_PLAIN) {
        number_shortest_digits(value, digits);
        int behind = (int)digits->count - digits->point;
        return behind > 0 ? behind : 0;
    }
    number_apart(value, &mantissa, &exponent);
    cel_decimal_set(&decimal, mantissa, exponent);
    size_t from = number_first_digit(&decimal);
    bool fixed = style == CEL_NUMBER_FIXED;
    *digits = (struct number_digits){ .point = 1 };
    if (mantissa > 0) {
        number_round(&decimal, from, (fixed ? CEL_DECIMAL_POINT : from + 1) + precision, digits);
        number_strip(digits);
    }
    return (int)precision;
}

struct str cel_number_print(struct arena *arena, double value, enum cel_number_style style,
                            unsigned precision)
{
    struct number_digits digits;
    assert(isfinite(value) && precision <= CEL_NUMBER_PRECISION_MAX);
    int behind = number_styled_digits(value, style, precision, &digits);
    int before = style == CEL_NUMBER_SCIENTIFIC || digits.point < 1 ? 1 : digits.point;
    struct number_text text = { .out = arena_alloc(arena, (size_t)(before + behind) + 10) };
    if (text.out == NULL) {
        return (struct str){ 0 };
    }
    if (signbit(value)) {
        number_char(&text, '-');
    }
    if (style == CEL_NUMBER_SCIENTIFIC) {
        number_write_scientific(&text, &digits, behind);
    } else {
        number_write_plain(&text, &digits, behind);
    }
    return str_make(text.out, text.size);
}
