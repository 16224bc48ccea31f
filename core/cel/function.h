/* Functions of the language as tables: each row is one overload. The standard library and every
 * extension export one table; function.c lists the tables; users add their own (struct cel_env). */
#ifndef CORE_CEL_FUNCTION_H
#define CORE_CEL_FUNCTION_H

#include "core/cel/run.h"

enum { CEL_PARAMS_MAX = 4 };

/* How the gas of a call grows, for the static estimate. The function itself charges; the estimate
 * must never be below what it charges. */
enum cel_cost {
    CEL_COST_ONE,      /* does not depend on sizes */
    CEL_COST_ARGS,     /* with the sum of the arguments' sizes (bytes / 16, elements) */
    CEL_COST_DIGITS,   /* the same, and reading or printing a double */
    CEL_COST_PRODUCT,  /* with the product of the first two arguments' sizes */
    CEL_COST_SQUARE,   /* with the square of the first argument's size */
    CEL_COST_SORT,     /* with n log n of the first argument's size */
    CEL_COST_REGEX,    /* arguments' product, the second a pattern */
    CEL_COST_DEEP,     /* equality of whatever the arguments hold */
    CEL_COST_REPLACE,  /* with the product of the first two and the size of the result */
    CEL_COST_JOIN,     /* with what the first argument holds, and the second for each item */
    CEL_COST_FORMAT,   /* with what the arguments hold, printed */
    CEL_COST_VARIABLE, /* the function has no bound to offer: refused unless sizes are constant */
};

/* How large a result is: string bytes, list items. */
enum cel_size {
    CEL_SIZE_SMALL,   /* at most 64 bytes, or not sized */
    CEL_SIZE_FIRST,   /* at most the first argument's */
    CEL_SIZE_SUM,     /* at most the sum of the arguments' */
    CEL_SIZE_DOUBLE,  /* a text at most twice as long as the first argument, and 16 bytes */
    CEL_SIZE_PIECES,  /* a list of parts of the first argument, a text */
    CEL_SIZE_REPLACE, /* a text with the third argument at each character of the first */
    CEL_SIZE_JOIN,    /* a text of what a list holds, with the second argument between */
    CEL_SIZE_FLAT,    /* a list of what the items of the first argument hold */
    CEL_SIZE_FORMAT,  /* a text of what the arguments hold, printed */
};

/* Of a function that reads what its host holds (cel_run.host): such a call is never computed
 * beforehand. What the estimate counts for one, and how much it gives, as of a variable. */
struct cel_reading {
    uint64_t gas;
    uint32_t size_max, item_max, data_max;
};

struct cel_overload {
    const char *name; /* "size", "math.greatest", operators as "_+_" */
    const char *id;   /* unique, stable: "size_string" */
    bool member;      /* called as params[0].name(...) */
    bool generic;     /* the function looks at its arguments' kinds itself */
    bool late;        /* chosen at run time only: the checker asks for a conversion */
    enum cel_cost cost;
    enum cel_size size;
    cel_function *function;
    const struct cel_type *result;
    const struct cel_type *params[CEL_PARAMS_MAX]; /* NULL after the last */
    const struct cel_reading *reading;             /* NULL: its answer depends on arguments only */
};

struct cel_overload_table {
    const struct cel_overload *rows;
    uint32_t count;
};

/* For declarations: variables A and B, and what is made of them. */
extern const struct cel_type cel_type_a, cel_type_b, cel_type_list_a, cel_type_list_b,
    cel_type_map_ab, cel_type_optional_a, cel_type_type_a, cel_type_list_string, cel_type_list_int,
    cel_type_list_dyn, cel_type_list_list_a;

/* Every table of the profile; ends with rows NULL. */
extern const struct cel_overload_table *const cel_tables[];

#endif
