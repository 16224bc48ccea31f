/* The environment of expressions that take part in decisions: what they see of a command and of the
 * org's state before it (docs/constraints.md). Whatever cannot be read is an error of the
 * expression, which then is not true. */
#ifndef CORE_DOMAIN_POLICY_DECIDING_H
#define CORE_DOMAIN_POLICY_DECIDING_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/expression.h"

/* Gas of all expressions of one decision; each has CEL_GAS_MAX at most. */
enum { DECIDING_GAS_MAX = 200000 };

/* Gas of a look-up. */
enum { DECIDING_LOOKUP_GAS = 10 };

/* Rows that count() counts, and items of what other functions list, at most. */
enum { DECIDING_ROWS_MAX = 1024 };

enum {
    DECIDING_ACTOR,
    DECIDING_ACTORS,
    DECIDING_SUBJECT,
    DECIDING_ORG,
    DECIDING_NOW,
    DECIDING_PERMISSION,
    /* Of one command: not there for DECIDING_ANY. */
    DECIDING_COMMAND,
    DECIDING_OBJECT,
    DECIDING_AFTER,
    DECIDING_MADE,
    DECIDING_VARIABLES,
};

/* What an index has of a constraint that is for all commands. */
#define CONSTRAINT_FOR_ALL "*"

/* In place of a command's number: an expression that fits every command. */
enum { DECIDING_ANY = 0 };

/* Where the decision keeps compiled expressions. */
MUST_USE struct status deciding_expressions(struct decide *d, struct expressions **expressions);
/* An expression for a command, compiled; one that does not compile says why. */
MUST_USE struct status deciding_find(struct expressions *expressions, unsigned command,
                                     struct str source, uint32_t profile,
                                     const struct expression **expression);

/* What the expressions of one command see. Starts as { .d, .view, .before, .after }. */
struct deciding {
    struct decide *d;
    const struct view *view;        /* the state before the command */
    const ProtobufCMessage *before; /* NULL: there was none */
    const ProtobufCMessage *after;  /* NULL: there is none */
    struct status failed; /* what a look-up came to that must not be taken for an answer */
    uint32_t bound;       /* variables that have a value, as bits */
    struct cel_value bindings[DECIDING_VARIABLES];
    struct cel_error missing_object, missing_after;
};

/* Gives values to the variables that an expression names. What is missing fails when it is read. */
MUST_USE struct status deciding_bind(struct deciding *deciding,
                                     const struct expression *expression);

/* Takes look-ups from the gas of a run; false, with the error set, where there is too little. */
bool deciding_charge(struct cel_run *run, size_t lookups);

/* The functions over state, `changed` last. */
extern const struct cel_overload deciding_functions[];
enum { DECIDING_FUNCTIONS = 8 };

/* Says why a call of a function over state may not stand where it does, though its types are right;
 * empty where it may. `msg` has room for the message. */
bool deciding_check_call(unsigned command, const struct cel_node *node, char *msg, size_t msg_size);

#endif
