/* Numbers and their text, exact and without locale: the same text for the same number for ever. */
#ifndef CORE_CEL_NUMBER_H
#define CORE_CEL_NUMBER_H

#include "core/base/arena.h"

/* A decimal integer, all of the text: int with a sign or without, uint without. False when it is
 * none or does not fit. */
bool cel_number_int(struct str text, int64_t *value);
bool cel_number_uint(struct str text, uint64_t *value);

/* A decimal number, all of the text ("1", "-.5e3", "Infinity", "-inf", "NaN"; names in any case),
 * rounded to the nearest double, ties to even. False when it is none or too large. */
bool cel_number_double(struct str text, double *value);

/* The gas of reading or printing that double: digits far from the point take passes over many more
 * (1e300 takes 5 us where 1.5 takes 0.1). At most CEL_NUMBER_GAS_MAX. */
uint64_t cel_number_gas(double value);
enum { CEL_NUMBER_GAS_MAX = 140 };

/* Enough for the shortest form of any double and any integer in base 2, with its sign. */
enum { CEL_NUMBER_TEXT_MAX = 72 };

/* The shortest text that reads back as the same double: "1.5", "+Inf", "NaN"; with an exponent
 * below 1e-04 and from 1e+06 on. Borrows `out`. */
struct str cel_number_shortest(double value, char out[CEL_NUMBER_TEXT_MAX]);

/* The integer in base 2, 8, 10 or 16, '-' before it when negative. Borrows `out`. */
struct str cel_number_base(bool negative, uint64_t magnitude, unsigned base, bool upper,
                           char out[CEL_NUMBER_TEXT_MAX]);

enum { CEL_NUMBER_PRECISION_MAX = 1000 };

/* How cel_number_print writes a finite double. */
enum cel_number_style {
    CEL_NUMBER_PLAIN,      /* the shortest digits that read back, never an exponent: "1000000" */
    CEL_NUMBER_FIXED,      /* `precision` digits behind the point: "12.50" */
    CEL_NUMBER_SCIENTIFIC, /* the same, one digit before it: "1.25e+01" */
};

/* A finite double as text, correctly rounded (ties to even) from its exact value. Precision at most
 * CEL_NUMBER_PRECISION_MAX. NULL data when the arena is full. */
struct str cel_number_print(struct arena *arena, double value, enum cel_number_style style,
                            unsigned precision);

#endif
