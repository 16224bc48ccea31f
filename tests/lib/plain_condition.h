/* Conditions of a small grammar, as text and as what it says: a second evaluator, which knows
 * nothing of core/cel. */
#ifndef TESTS_LIB_PLAIN_CONDITION_H
#define TESTS_LIB_PLAIN_CONDITION_H

#include "core/domain/check/check.h"
#include "tests/lib/random.h"

enum { PLAIN_TEXT_MAX = 1024, PLAIN_NODES_MAX = 16 };

/* What a condition can come to. */
enum plain_truth { PLAIN_FALSE, PLAIN_TRUE, PLAIN_ERROR };

enum plain_kind {
    PLAIN_AND,
    PLAIN_OR,
    PLAIN_NOT,
    PLAIN_CONTEXT,     /* context.a == number */
    PLAIN_CONTEXT_HAS, /* has(context.b) */
    PLAIN_SUBJECT,     /* subject.subject_id == "sN" */
    PLAIN_OBJECT,      /* object.id == "aN" */
    PLAIN_ASSET,       /* object.kind == ObjectKind.OBJECT_KIND_ASSET */
    PLAIN_ACTORS,      /* size(actors) < number */
    PLAIN_ACTOR,       /* actors.exists(a, a.subject_id == "sN") */
    PLAIN_PERMISSION,  /* permission == "read" */
    PLAIN_LATER,       /* now >= the N-th hour of 2026 */
    PLAIN_WRONG,       /* 1 / 0 == N */
    PLAIN_KINDS,
};

struct plain_node {
    enum plain_kind kind;
    unsigned number;
    size_t left, right; /* nodes before it */
};

struct plain_condition {
    char text[PLAIN_TEXT_MAX];
    struct plain_node nodes[PLAIN_NODES_MAX]; /* the last one is the whole */
    size_t count;
};

/* What a question gives: context.a is `a` if it has one, and context.b is there or not. */
struct plain_question {
    const struct check_question *question;
    int64_t at_us;
    bool has_a, has_b;
    unsigned a;
};

void plain_condition_make(struct random_state *random, struct plain_condition *condition);
enum plain_truth plain_condition_evaluate(const struct plain_condition *condition,
                                          const struct plain_question *question);
/* Whether it reads context.a without asking whether that is there. */
bool plain_condition_needs_a(const struct plain_condition *condition);

#endif
