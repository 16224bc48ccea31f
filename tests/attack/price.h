/* What a Check may cost at most, in look-ups, by what lies on the object's own side and above the
 * subject: the property PRICE. */
#ifndef TESTS_ATTACK_PRICE_H
#define TESTS_ATTACK_PRICE_H

#include "core/domain/check/check.h"
#include "tests/attack/plain_org.h"

size_t price_bound(const struct plain_org *org, struct arena *arena,
                   const struct check_question *question);

#endif
