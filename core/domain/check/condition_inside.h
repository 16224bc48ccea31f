/* What the parts of condition.h share; private to condition*.c. */
#ifndef CORE_DOMAIN_CHECK_CONDITION_INSIDE_H
#define CORE_DOMAIN_CHECK_CONDITION_INSIDE_H

#include "core/domain/check/condition.h"
#include "core/domain/check/way.h"

enum {
    VARIABLE_SUBJECT,
    VARIABLE_OBJECT,
    VARIABLE_CONTEXT,
    VARIABLE_ACTORS,
    VARIABLE_PERMISSION,
    VARIABLE_NOW,
    VARIABLES_COUNT,
};

/* One that was evaluated. */
struct condition_known {
    struct condition condition; /* the first that says so */
    const struct expression *expression;
    enum condition_result result;
    struct str problem;
    struct str *missing; /* fields of the context */
    size_t missing_count;
    struct way way; /* that it would have let pass */
};

struct condition_state {
    struct expressions *expressions;
    const struct cel_provider *provider;
    uint64_t gas_used; /* where the question does not say where it is counted */
    uint32_t bound;    /* variables that have a value, as bits */
    struct cel_value bindings[VARIABLES_COUNT];
    struct condition_known known[CONDITIONS_MAX];
    size_t count;
};

/* Static. */
const struct expression_environment *condition_environment(void);

/* Gas of the decision or question that is used, and what is left. */
uint64_t *conditions_gas(const struct conditions *conditions);
uint64_t conditions_gas_left(const struct conditions *conditions);
MUST_USE struct status conditions_exhausted(void);

/* Gives a value to what an expression names. */
MUST_USE struct status conditions_bind(struct conditions *conditions,
                                       const struct expression *expression);

#endif
