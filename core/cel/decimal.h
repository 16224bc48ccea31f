/* An exact non-negative decimal in a fixed window wide enough for every double: what number.c
 * parses and prints by. */
#ifndef CORE_CEL_DECIMAL_H
#define CORE_CEL_DECIMAL_H

#include "core/base/str.h"

enum {
    CEL_DECIMAL_LIMB_DIGITS = 9,
    CEL_DECIMAL_INTEGER = 36,   /* limbs before the point: 2^1025 has 309 digits */
    CEL_DECIMAL_FRACTION = 127, /* limbs behind it: half of the smallest double has 1,075 digits */
    CEL_DECIMAL_LIMBS = CEL_DECIMAL_INTEGER + CEL_DECIMAL_FRACTION,
    CEL_DECIMAL_POINT = CEL_DECIMAL_INTEGER * CEL_DECIMAL_LIMB_DIGITS, /* digit right behind it */
    CEL_DECIMAL_DIGITS = CEL_DECIMAL_LIMBS * CEL_DECIMAL_LIMB_DIGITS,
};

struct cel_decimal {
    uint32_t limbs[CEL_DECIMAL_LIMBS]; /* base 10^9, most significant first */
    size_t first;                      /* limbs before it are zero */
    size_t last;                       /* limbs from it on are zero */
    bool sticky;                       /* something nonzero lies behind the window */
};

/* mantissa * 2^exponent, which must be at most half an ulp beyond the largest double. */
void cel_decimal_set(struct cel_decimal *decimal, uint64_t mantissa, int exponent);
/* Writes digit number `position` (0 = the window's first) of a decimal that is 0 there. */
void cel_decimal_put(struct cel_decimal *decimal, size_t position, unsigned digit);
/* Multiplies by 2^power; what falls out behind the window makes it sticky. */
void cel_decimal_scale(struct cel_decimal *decimal, int power);
unsigned cel_decimal_digit(const struct cel_decimal *decimal, size_t position);
/* Whether any digit from `position` on is not 0. */
bool cel_decimal_any(const struct cel_decimal *decimal, size_t position);
/* The part before the point; UINT64_MAX when it has more than 18 digits. */
uint64_t cel_decimal_integer(const struct cel_decimal *decimal);
/* The part behind the point against one half: below, at or above zero. */
int cel_decimal_half(const struct cel_decimal *decimal);

#endif
