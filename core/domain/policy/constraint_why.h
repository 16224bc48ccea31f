/* Why an expression was not true, in words: the parts that made it false with what they are about,
 * or what could not be evaluated. */
#ifndef CORE_DOMAIN_POLICY_CONSTRAINT_WHY_H
#define CORE_DOMAIN_POLICY_CONSTRAINT_WHY_H

#include "core/domain/policy/deciding.h"

struct constraint_why {
    bool holds;
    struct str text; /* empty where it holds; lies in the decision's arena */
};

MUST_USE struct status constraint_why_set(struct decide *d, struct str text,
                                          struct constraint_why *why);
/* Of one that could not be evaluated; `shared`: with less gas than one may use, as others of the
 * decision had used it. */
MUST_USE struct status constraint_why_failed(struct decide *d, const struct cel_outcome *outcome,
                                             bool shared, struct constraint_why *why);
/* Of one that is false: evaluates it again, within this gas, which is charged. */
MUST_USE struct status constraint_why_false(struct deciding *deciding,
                                            const struct expression *expression, uint64_t gas,
                                            struct constraint_why *why);

#endif
