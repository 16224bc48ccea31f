/* Shortest decimals have at most 17 digits, so that all sums fit 64 bits. Whole numbers too large
 * for that may be written in other digits than the shortest (2^60): they are compared as doubles,
 * first. */
#include "core/schema/decimal.h"

#include <assert.h>
#include <math.h>

#include "core/cel/number.h"
#include "core/schema/value.h"

/* Of "1.5", "1e-07" and "1.25e+30". */
static void schema_decimal_parse(struct str text, struct schema_decimal *decimal)
{
    bool behind = false;
    size_t at = text.data[0] == '-';
    for (; at < text.size && text.data[at] != 'e'; at++) {
        if (text.data[at] == '.') {
            behind = true;
            continue;
        }
        decimal->digits = decimal->digits * 10 + (uint64_t)(text.data[at] - '0');
        decimal->exponent -= behind;
    }
    if (at < text.size) {
        int64_t exponent;
        bool read = cel_number_int(str_from(text, at + 1), &exponent);
        assert(read);
        decimal->exponent += (int)exponent;
    }
}

struct schema_decimal schema_decimal_of(double finite)
{
    char text[CEL_NUMBER_TEXT_MAX];
    struct schema_decimal decimal = { .number = fabs(finite) };
    schema_decimal_parse(cel_number_shortest(finite, text), &decimal);
    while (decimal.digits > 0 && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

bool schema_decimal_divides(struct schema_decimal step, double finite)
{
    if (schema_is_whole(step.number) && fmod(finite, step.number) == 0) {
        return true;
    }
    struct schema_decimal value = schema_decimal_of(finite);
    if (value.digits > 0 && value.exponent < step.exponent) {
        return false; /* a multiple would end in 0 */
    }
    uint64_t rest = value.digits % step.digits;
    for (int power = value.exponent - step.exponent; power > 0 && rest > 0; power--) {
        rest = rest * 10 % step.digits;
    }
    return rest == 0;
}
