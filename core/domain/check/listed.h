/* What lists of who may and where have in common: each that conditions stand before is asked about
 * by a Check of its own, in the given context. */
#ifndef CORE_DOMAIN_CHECK_LISTED_H
#define CORE_DOMAIN_CHECK_LISTED_H

#include "core/domain/check/check.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/lookup.h"

/* Gas of conditions is taken from the budget of look-ups. */
enum { LISTED_GAS_A_LOOKUP = 10 };

/* A subject or an object. */
struct listed {
    enum object_kind kind; /* of an object; OBJECT_SUBJECT */
    struct str id;
    bool conditional;    /* under a condition that the context does not decide: else it may */
    struct str *missing; /* fields of the context without which it does not; none: the condition
                            depends on what of the object is asked about */
    size_t missing_count;
};

struct listed_items {
    struct lookup *lookup; /* of the list; its arena, too */
    struct listed *items;
    size_t count;
    size_t cap;
};

MUST_USE struct status listed_add(struct listed_items *list, const struct listed *item);
/* Asks a question, with a budget that it takes from the list's, and adds `item` if it is allowed,
 * or nobody knows. */
MUST_USE struct status listed_ask(struct listed_items *list, const struct check_question *question,
                                  const struct listed *item);
/* Puts them into order of kind and id; of one that is there twice, one that may stays. */
void listed_sort(struct listed_items *list);

#endif
