/* The tables of the language itself, for function.c. */
#ifndef CORE_CEL_STANDARD_H
#define CORE_CEL_STANDARD_H

#include "core/cel/function.h"

#define CEL_TABLE(rows_)                                       \
    {                                                          \
        .rows = rows_, .count = sizeof rows_ / sizeof rows_[0] \
    }

extern const struct cel_overload_table cel_operators, cel_conversions, cel_collections,
    cel_optionals, cel_lists, cel_times, cel_patterns, cel_encoders, cel_strings, cel_formats,
    cel_maths, cel_networks;

#endif
