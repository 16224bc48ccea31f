/* libcel: the Common Expression Language for C.
 *
 *   struct cel_env env = { .variables = variables, .variable_count = 2, ... };
 *   cel_compile(&env, source, &arena, &program, &problems)      once
 *   cel_eval(program, bindings, &evaluation_arena, gas, &outcome)   as often as you like, any
 * thread
 *
 * A program is immutable and shared between threads; it borrows the environment's declarations and
 * provider and lives in the arena it was compiled into. Answers depend on source, bindings and
 * profile only: no clock, locale, hash order or address. */
#ifndef CORE_CEL_CEL_H
#define CORE_CEL_CEL_H

#include "core/cel/function.h"
#include "core/cel/provider.h"

/* The version of limits, gas table and functions; stored beside an expression that decides. */
enum { CEL_PROFILE = 1 };

/* Limits of the profile. */
enum {
    CEL_SOURCE_MAX = 4096,     /* bytes */
    CEL_NODES_MAX = 1000,      /* of the syntax tree, macros expanded */
    CEL_DEPTH_MAX = 32,        /* of nesting; an operator chain is one level */
    CEL_LOOPS_MAX = 3,         /* comprehensions inside each other */
    CEL_GAS_MAX = 50000,       /* of the estimate and of a run */
    CEL_ARENA_MAX = 256 << 10, /* bytes of an evaluation */
    CEL_PROBLEMS_MAX = 16,     /* reported of one source */
};

struct cel_variable {
    struct str name; /* may be qualified: "a.b" */
    const struct cel_type *type;
    uint32_t size_max; /* bytes or items, for the estimate; 0: unknown */
    uint32_t item_max; /* bytes of each item, likewise */
    uint32_t data_max; /* bytes of free-form data (a Struct as a map) as packed, with all in it */
};

/* What an expression may refer to. Borrowed by the programs compiled with it. */
struct cel_env {
    const struct cel_provider *provider; /* NULL: no messages */
    struct str container;                /* "a.b": the name x means a.b.x, a.x or x */
    const struct cel_variable *variables;
    uint32_t variable_count;
    const struct cel_overload *functions; /* own ones */
    uint32_t function_count;
    bool unchecked;      /* types are seen at run time only; names may be missing until then */
    bool block_macros;   /* cel.block and its like: for optimisers and tests */
    bool without_limits; /* of depth, nodes, loops and estimate: for conformance tests only */
    const struct cel_type *result; /* the type the expression must have; NULL: any */
    uint64_t estimate_max;         /* refuse what may cost more than this; 0: refuse nothing */
};

struct cel_position {
    uint32_t offset; /* bytes from the start of the source */
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in code points */
};

struct cel_problem {
    struct cel_position position;
    char msg[256]; /* what was expected, and the nearest name */
};

struct cel_problems {
    uint32_t count;
    struct cel_problem items[CEL_PROBLEMS_MAX];
};

struct cel_program;

/* Compiles into the arena (8 MiB is enough for any source). The program borrows the environment and
 * the source. INVALID_ARGUMENT: *problems says where and why; RESOURCE_EXHAUSTED: the arena is
 * full.
 */
MUST_USE struct status cel_compile(const struct cel_env *env, struct str source,
                                   struct arena *arena, const struct cel_program **program,
                                   struct cel_problems *problems);
/* The problems as a person reads them: "line:column: message", the line, a caret. */
void cel_problems_print(struct buf *out, struct str source, const struct cel_problems *problems);

/* The type of the result, as checked. */
const struct cel_type *cel_program_type(const struct cel_program *program);
/* The provider that it was compiled with; may be NULL. */
const struct cel_provider *cel_program_provider(const struct cel_program *program);

/* The most gas that one evaluation can need, for bindings within the declared sizes. */
struct cel_cost_estimate {
    uint64_t gas_max;             /* UINT64_MAX: not bounded */
    struct cel_position position; /* of what costs most, or has no bound */
    struct str part;              /* its source; borrowed */
};
struct cel_cost_estimate cel_cost(const struct cel_program *program);

struct cel_outcome {
    struct cel_value value; /* when it succeeded; borrows from the arena, program and bindings */
    struct cel_error error;
    struct cel_position position; /* of the error */
    struct str part;              /* the source of what failed; borrowed from the program */
    uint64_t gas_used;
};

/* Evaluates with one value per declared variable, in their order (kind CEL_ERROR: not bound, for
 * the reason that its error says, if it has one), with at most that gas and what the arena has
 * left. False: outcome->error says why, of the expression or of gas or memory that ran out; decide
 * as for false. Any thread, each with an arena of its own. */
bool cel_eval(const struct cel_program *program, const struct cel_value *bindings,
              struct arena *arena, uint64_t gas, struct cel_outcome *outcome);
/* The same with what the environment's own functions read (cel_run.host). */
bool cel_eval_for(const struct cel_program *program, const struct cel_value *bindings, void *host,
                  struct arena *arena, uint64_t gas, struct cel_outcome *outcome);

/* A part of an expression, as it was computed. */
struct cel_step {
    struct cel_position position;
    struct str part;        /* its source; borrowed from the program */
    struct cel_value value; /* the last one */
    uint32_t times;         /* how often; more than once in a loop */
    bool decides;           /* it made the result false */
};

struct cel_explanation {
    struct cel_outcome outcome;
    struct cel_step *steps; /* operands before what uses them; constants only if they decide */
    uint32_t step_count;
};

/* Evaluates and tells how it came about; everything lies in the arena. RESOURCE_EXHAUSTED: the
 * arena (2 MiB is plenty) is full. */
MUST_USE struct status cel_explain(const struct cel_program *program,
                                   const struct cel_value *bindings, struct arena *arena,
                                   uint64_t gas, struct cel_explanation *explanation);
/* The same with what the environment's own functions read. */
MUST_USE struct status cel_explain_for(const struct cel_program *program,
                                       const struct cel_value *bindings, void *host,
                                       struct arena *arena, uint64_t gas,
                                       struct cel_explanation *explanation);
/* As a person reads it: the result, for a false one the terms that made it false, for a failure the
 * part that failed, then every step. */
void cel_explanation_print(struct buf *out, const struct cel_provider *provider,
                           const struct cel_explanation *explanation);

/* The value as a CEL literal would write it: "[1, 'a', {2u: null}]". */
void cel_value_print(struct buf *out, const struct cel_provider *provider, struct cel_value value);

#endif
