/* What a source of CEL takes: time, stack, gas and memory; and that it is no more than the profile
 * promises for any source of 4 KiB. */
#ifndef TESTS_LIB_CEL_BOUNDS_H
#define TESTS_LIB_CEL_BOUNDS_H

#include "core/cel/cel.h"

struct cel_bounds {
    struct str source;
    bool unchecked;
    enum status_code code;      /* of compiling */
    struct cel_outcome outcome; /* of evaluating, when it compiled */
    int64_t compile_us, eval_us;
    size_t stack_size, arena_used;
};

/* The same for a text, unchecked and checked; what the latter took. */
struct cel_bounds cel_bounds_check_text(const char *source);

/* Keeps the worst of what was checked, for print. */
struct cel_bounds_worst {
    size_t count;
    int64_t compile_us, eval_us;
    size_t stack_size;
    char compiled[80], evaluated[80]; /* how the slowest sources begin */
};

/* Checks the text, unchecked and checked; where all is slow, one in 32. */
void cel_bounds_check_of_many(struct cel_bounds_worst *worst, struct str source);
void cel_bounds_worst_print(const struct cel_bounds_worst *worst);

#endif
