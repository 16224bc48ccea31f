/* Expressions in CEL that decide: what they may refer to, and programs that are compiled once. Each
 * is stored with the profile that it was checked under, which decides for ever. */
#ifndef CORE_DOMAIN_KERNEL_EXPRESSION_H
#define CORE_DOMAIN_KERNEL_EXPRESSION_H

#include <protobuf-c/protobuf-c.h>

#include "core/cel/cel.h"

enum { EXPRESSION_VARIABLES_MAX = 16 };

/* A variable: of a message's type, a list of such messages, or of a type of its own. */
struct expression_variable {
    struct str name;
    const ProtobufCMessageDescriptor *message; /* NULL: of `type` */
    uint32_t items_max;                        /* of a list of messages; 0: it is one */
    const struct cel_type *type;
    uint32_t size_max, data_max; /* as in cel_variable */
};

struct cel_node;

/* What the expressions of one place may refer to. Static. What differs by what an expression is
 * about (a command's number; 0 where that means nothing) its functions say. */
struct expression_environment {
    const char *name; /* in messages: "condition" */
    const struct expression_variable *variables;
    uint32_t variables_count;
    uint32_t data; /* the variable that a question gives, and may leave incomplete */
    const struct cel_type *result;
    const struct cel_overload *functions; /* own ones */
    uint32_t functions_count;
    const ProtobufCMessageDescriptor *const
        *more; /* messages that only functions give, then NULL */
    /* The message of a variable that has another one for each thing an expression is about; NULL
     * for all others. Made in the arena. NULL here: there is no such variable. */
    struct status (*message)(struct arena *arena, unsigned about, uint32_t variable,
                             const ProtobufCMessageDescriptor **message);
    /* False where a node of right type is wrong all the same, for a reason that is put into `msg`.
     * NULL: none is. */
    bool (*fits)(unsigned about, const struct cel_node *node, char *msg, size_t msg_size);
};

/* A compiled one. */
struct expression {
    const struct cel_program *program; /* NULL: it does not compile */
    const char *problem;               /* why not, with line and column */
    uint32_t uses;                     /* the variables, as bits */
    struct str
        *needs; /* fields of the environment's data that it selects without asking for them */
    size_t needs_count;
    const ProtobufCMessageDescriptor *const *messages; /* of the variables; NULL: of other types */
};

/* Compiled ones, by environment, profile and source. One thread. */
struct expressions;
struct expressions *expressions_new(void);
/* Takes it; NULL is fine. */
void expressions_free(struct expressions *expressions);
/* In an arena, as long as that lives: for one question, where nobody keeps any. */
MUST_USE struct status expressions_in(struct arena *arena, struct expressions **expressions);
/* Forgets all when they have become many: what was given before is invalid. Nothing while they are
 * held. */
void expressions_trim(struct expressions *expressions);
/* For who evaluates one that asks questions itself; each hold is to be let go. */
void expressions_hold(struct expressions *expressions);
void expressions_let_go(struct expressions *expressions);

/* Finds or compiles an expression; it borrows nothing. An expression that does not compile is one
 * that says why; of a profile that this program does not know, too. RESOURCE_EXHAUSTED: there is no
 * memory for it. */
MUST_USE struct status expressions_get(struct expressions *expressions,
                                       const struct expression_environment *environment,
                                       unsigned about, struct str source, uint32_t profile,
                                       const struct expression **expression);

#endif
