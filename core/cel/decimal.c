/* Exact decimals for doubles. Every double is m * 2^e, which has at most 309 digits before and
 * 1,074 behind the point: few enough to keep them all in a window that does not move. Doubling and
 * halving in base 10^9 (29 bits at a time) is then exact, and no table of powers is needed.
 * Cost: at most 40 passes over 163 limbs, about 10 us; usual numbers need one or two short passes.
 */
#include "core/cel/decimal.h"

#include <assert.h>

enum { DECIMAL_BASE = 1000000000, DECIMAL_SHIFT_MAX = 29 };

static const uint32_t decimal_power[CEL_DECIMAL_LIMB_DIGITS] = {
    100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1,
};

static void decimal_trim(struct cel_decimal *decimal)
{
    while (decimal->first < decimal->last && decimal->limbs[decimal->first] == 0) {
        decimal->first++;
    }
    while (decimal->last > decimal->first && decimal->limbs[decimal->last - 1] == 0) {
        decimal->last--;
    }
}

/* A window with nothing in it lies at the point, so that both ends can grow from there. */
static void decimal_clear(struct cel_decimal *decimal)
{
    *decimal = (struct cel_decimal){ .first = CEL_DECIMAL_INTEGER, .last = CEL_DECIMAL_INTEGER };
}

static void decimal_double(struct cel_decimal *decimal, int shift)
{
    uint64_t carry = 0;
    for (size_t i = decimal->last; i > decimal->first; i--) {
        uint64_t value = ((uint64_t)decimal->limbs[i - 1] << shift) + carry;
        decimal->limbs[i - 1] = (uint32_t)(value % DECIMAL_BASE);
        carry = value / DECIMAL_BASE;
    }
    if (carry > 0) {
        assert(decimal->first > 0);
        decimal->limbs[--decimal->first] = (uint32_t)carry;
    }
}

static void decimal_halve(struct cel_decimal *decimal, int shift)
{
    uint64_t mask = ((uint64_t)1 << shift) - 1, rest = 0;
    for (size_t i = decimal->first; i < decimal->last || (rest > 0 && i < CEL_DECIMAL_LIMBS); i++) {
        uint64_t value = rest * DECIMAL_BASE + decimal->limbs[i];
        decimal->limbs[i] = (uint32_t)(value >> shift);
        rest = value & mask;
        if (i >= decimal->last) {
            decimal->last = i + 1;
        }
    }
    if (rest > 0) {
        decimal->sticky = true;
    }
}

void cel_decimal_scale(struct cel_decimal *decimal, int power)
{
    while (power != 0 && decimal->first < decimal->last) {
        int step = power > DECIMAL_SHIFT_MAX ? DECIMAL_SHIFT_MAX : power;
        step = step < -DECIMAL_SHIFT_MAX ? -DECIMAL_SHIFT_MAX : step;
        if (step > 0) {
            decimal_double(decimal, step);
        } else {
            decimal_halve(decimal, -step);
        }
        power -= step;
        decimal_trim(decimal);
    }
}

void cel_decimal_set(struct cel_decimal *decimal, uint64_t mantissa, int exponent)
{
    decimal_clear(decimal);
    while (mantissa > 0) {
        decimal->limbs[--decimal->first] = (uint32_t)(mantissa % DECIMAL_BASE);
        mantissa /= DECIMAL_BASE;
    }
    decimal_trim(decimal);
    cel_decimal_scale(decimal, exponent);
    assert(!decimal->sticky);
}

void cel_decimal_put(struct cel_decimal *decimal, size_t position, unsigned digit)
{
    size_t limb = position / CEL_DECIMAL_LIMB_DIGITS;
    if (decimal->last == 0) {
        decimal_clear(decimal);
    }
    assert(position < CEL_DECIMAL_DIGITS && digit <= 9);
    decimal->limbs[limb] += decimal_power[position % CEL_DECIMAL_LIMB_DIGITS] * digit;
    decimal->first = limb < decimal->first ? limb : decimal->first;
    decimal->last = limb >= decimal->last ? limb + 1 : decimal->last;
}

unsigned cel_decimal_digit(const struct cel_decimal *decimal, size_t position)
{
    uint32_t limb = decimal->limbs[position / CEL_DECIMAL_LIMB_DIGITS];
    return limb / decimal_power[position % CEL_DECIMAL_LIMB_DIGITS] % 10;
}

bool cel_decimal_any(const struct cel_decimal *decimal, size_t position)
{
    size_t limb = position / CEL_DECIMAL_LIMB_DIGITS;
    if (decimal->sticky) {
        return true;
    }
    if (limb < CEL_DECIMAL_LIMBS) {
        uint32_t power = decimal_power[position % CEL_DECIMAL_LIMB_DIGITS];
        if (decimal->limbs[limb] % (power * 10ULL) != 0) {
            return true;
        }
    }
    for (size_t i = limb + 1; i < decimal->last; i++) {
        if (decimal->limbs[i] != 0) {
            return true;
        }
    }
    return false;
}

uint64_t cel_decimal_integer(const struct cel_decimal *decimal)
{
    if (decimal->first < decimal->last && decimal->first < CEL_DECIMAL_INTEGER - 2) {
        return UINT64_MAX;
    }
    return (uint64_t)decimal->limbs[CEL_DECIMAL_INTEGER - 2] * DECIMAL_BASE +
           decimal->limbs[CEL_DECIMAL_INTEGER - 1];
}

int cel_decimal_half(const struct cel_decimal *decimal)
{
    unsigned digit = cel_decimal_digit(decimal, CEL_DECIMAL_POINT);
    if (digit != 5) {
        return digit < 5 ? -1 : 1;
    }
    return cel_decimal_any(decimal, CEL_DECIMAL_POINT + 1) ? 1 : 0;
}
