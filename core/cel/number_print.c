/* Numbers to text. The exact value of a double (decimal.h) is rounded once; the shortest form is
 * the first digit at which a decimal lies between the value's two midpoints. Neither the locale nor
 * the C library's printf is asked. */
#include <assert.h>
#include <math.h>

#include "core/cel/decimal.h"
#include "core/cel/number.h"

enum {
    NUMBER_MANTISSA_BITS = 53,
    NUMBER_EXPONENT_MIN = -1074, /* of the mantissa as an integer */
    NUMBER_SMALL = -4,           /* powers of ten beyond which an exponent is written */
    NUMBER_LARGE = 6,
};

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
