/* Reads the released conformance suite with our own dynamic messages. */
#ifndef TESTS_CEL_CONFORMANCE_SUITE_H
#define TESTS_CEL_CONFORMANCE_SUITE_H

#include "core/cel/cel.h"
#include "core/cel/dynamic.h"

enum { SUITE_NAMES_MAX = 64 }; /* variables or overloads of one test */

/* What reading needs. */
struct suite {
    struct cel_provider provider;
    struct cel_run run; /* arena and gas for reading */
};

/* A field of a message of the suite, as the provider gives it; aborts when there is none. */
struct cel_value suite_get(struct suite *suite, struct cel_value message, const char *name);
bool suite_has(struct suite *suite, struct cel_value message, const char *name);
struct str suite_text(struct suite *suite, struct cel_value message, const char *name);

/* cel.expr.Type as a type. */
const struct cel_type *suite_type(struct suite *suite, struct cel_value type);
/* cel.expr.Value as a value; enums as ints. */
struct cel_value suite_value(struct suite *suite, struct cel_value value);

/* The environment that a SimpleTest asks for, and its bindings in the order of the variables. */
struct suite_environment {
    struct cel_env env;
    struct cel_variable variables[SUITE_NAMES_MAX];
    struct cel_value bindings[SUITE_NAMES_MAX];
    struct cel_overload functions[SUITE_NAMES_MAX];
};
void suite_environment(struct suite *suite, struct cel_value test, struct suite_environment *made);

/* Whether the value is what the suite expects: kinds must agree, maps are unordered, NaN is NaN. */
bool suite_same(struct suite *suite, struct cel_value expected, struct cel_value value);

#endif
