/* Whether a number is a multiple of another, of the decimals that people write: 0.0075 is one of
 * 0.0001, though their doubles are not. */
#ifndef CORE_SCHEMA_DECIMAL_H
#define CORE_SCHEMA_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* The shortest decimal that reads as that double, digits * 10^exponent; the digits do not end in 0.
 * The sign is left out. */
struct schema_decimal {
    double number; /* the double itself */
    uint64_t digits;
    int exponent;
};

struct schema_decimal schema_decimal_of(double finite);
/* `step` is not 0. */
bool schema_decimal_divides(struct schema_decimal step, double finite);

#endif
