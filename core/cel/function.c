#include "core/cel/function.h"

#include "core/cel/standard.h"

const struct cel_overload_table *const cel_tables[] = {
    &cel_operators, &cel_conversions, &cel_collections, &cel_optionals, &cel_lists, &cel_times,
    &cel_patterns,  &cel_encoders,    &cel_strings,     &cel_formats,   &cel_maths, &cel_networks,
    NULL,
};
