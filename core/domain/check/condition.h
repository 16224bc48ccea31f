/* Conditions of grants and role types: expressions in CEL over who asks what of which object, in
 * which context. They read no other state (docs/cel.md, "Conditions"). */
#ifndef CORE_DOMAIN_CHECK_CONDITION_H
#define CORE_DOMAIN_CHECK_CONDITION_H

#include "core/domain/check/check.h"
#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/expression.h"

/* Different conditions that one Check evaluates at most, and the gas of all of one decision, or
 * of one question. */
enum { CONDITIONS_MAX = 8, CONDITIONS_GAS_MAX = 200000 };

/* Where a condition stands. */
struct condition {
    enum entity_kind entity; /* GRANT or ROLE_TYPE */
    struct str id;
    struct str source;
    uint32_t profile;
};

struct condition_state;
struct way;

/* The conditions of one Check. Starts as { .view, .arena, .at_us, .question, .subject }. */
struct conditions {
    const struct view *view;
    struct arena *arena;
    int64_t at_us;
    const struct check_question *question;
    const Agency__V1__Subject *subject;
    struct condition_state *state; /* NULL: none was evaluated */
};

/* Whether the condition of a way holds. An error is no reason to fail: it does not hold.
 * RESOURCE_EXHAUSTED: more than CONDITIONS_MAX, or no gas is left. */
MUST_USE struct status condition_holds(struct conditions *conditions, const struct way *way,
                                       bool *holds);
/* Whether it is known already not to hold: then its ways need not be looked for. */
bool condition_known_false(const struct conditions *conditions, const struct condition *condition);

/* The condition of a grant or role type, in the arena; NULL: it has none. */
MUST_USE struct status condition_of_grant(struct arena *arena, const Agency__V1__Grant *grant,
                                          const struct condition **condition);
MUST_USE struct status condition_of_type(struct arena *arena, const Agency__V1__RoleType *type,
                                         const struct condition **condition);

/* Rejects d's command with INVALID_ARGUMENT unless a condition (empty: none) is an expression of
 * the environment. Sets the profile that it is kept with. */
MUST_USE struct status condition_check(struct decide *d, const char *source, uint32_t *profile);
/* What a condition comes to by itself, and which fields of the context it lacks. */
MUST_USE struct status condition_alone(struct conditions *conditions,
                                       const struct condition *condition,
                                       enum condition_result *result, struct str **missing,
                                       size_t *missing_count);
/* Whether what it gives depends on the object asked about. One that does not compile: false. */
MUST_USE struct status condition_is_of_object(const struct view *view, struct arena *arena,
                                              const struct condition *condition, bool *is);

/* The conditions that were evaluated, into an answer; with how each came about, if the question
 * wants it explained. */
MUST_USE struct status condition_tell(const struct conditions *conditions,
                                      struct check_answer *answer);
/* Why they deny a question that nothing else allows, and the way that was nearest. NULL: there was
 * none. */
const struct way *condition_denies(const struct conditions *conditions, enum check_reason *reason);

#endif
