/* A compiled program: a row of instructions over numbered registers, and the machine that runs it.
 *
 * Each instruction is a small function that gives the next one; behind the last one is the end.
 * Registers are handed out by the planner, so the machine never recurses and needs no stack of its
 * own. What fails goes to the instruction's handler (&&, ||, all, exists, lazy binds), which gets
 * the error as a value; without one the run ends. */
#ifndef CORE_CEL_PROGRAM_H
#define CORE_CEL_PROGRAM_H

#include "core/cel/ast.h"

/* What the usual run does not take: kept out of the usual instructions, which stay small. */
#define CEL_UNUSUAL __attribute__((noinline, cold))

struct cel_vm;
struct cel_op;
typedef const struct cel_op *cel_op_run(struct cel_vm *vm, const struct cel_op *op);

struct cel_op {
    cel_op_run *run;
    uint16_t to; /* the register that it writes */
    uint16_t a, b;
    uint8_t kind; /* that the result must have, else CEL_DYN; or a flag of the instruction */
    uint8_t flag;
    union {
        const void *pointer;
        const struct cel_op *jump;
        uint64_t number;
        const struct cel_value *constant;
        const struct cel_field *field;
        const struct cel_overload *overload;
        const struct cel_late *late;
        const struct cel_select *select;
        const struct cel_path *path;
    };
};
static_assert(sizeof(struct cel_op) == 24, "three words");

/* Where a failure goes: the error as a value in `to`, then on at `jump`. */
struct cel_handler {
    const struct cel_op *jump;
    uint16_t to;
};

/* A call whose overload depends on the operands' kinds. */
struct cel_late {
    struct str name;
    const struct cel_overload **overloads;
    uint32_t overload_count;
    uint32_t arg_count;
};

/* operand.name where the operand's type is not known. */
struct cel_select {
    struct cel_value name;
    bool optional, test;
};

enum { CEL_PATH_MAX = 8 };

/* Fields of messages inside each other, read without a call; all but the last are messages. */
struct cel_path {
    uint32_t count;
    uint32_t offsets[CEL_PATH_MAX];
    enum cel_direct last;
    bool text;                 /* compares a text with a constant without NUL for equality */
    struct cel_value constant; /* to compare with */
};

/* What `in` looks among: a few texts, or anything that can be a map's key. */
struct cel_constants {
    const struct cel_list *texts;
    const struct cel_map *map; /* NULL: texts */
};

/* Flags of the instructions in op_compare.c. */
enum {
    CEL_OPERAND_BOUND = 1, /* the operand is bindings[a], not r[a] */
    CEL_THEN_LOGIC = 2,    /* r[to] is an operand of the && or || behind it, */
    CEL_THEN_OR = 4,       /* of an ||, */
    CEL_THEN_LAST = 8,     /* and the last one of it */
};

/* Sets of orders: 1 below, 2 equal, 4 above. */
enum cel_relation {
    CEL_RELATION_LESS = 1,
    CEL_RELATION_EQUAL = 2,
    CEL_RELATION_LESS_EQUAL = 3,
    CEL_RELATION_GREATER = 4,
    CEL_RELATION_NOT_EQUAL = 5,
    CEL_RELATION_GREATER_EQUAL = 6,
};

/* Whether an order of -1, 0 or 1 is in the set. */
static inline bool cel_relation_holds(uint32_t relation, int order)
{
    return (relation >> (order + 1) & 1) != 0;
}

enum { CEL_NO_HANDLER = UINT16_MAX };

struct cel_program {
    const struct cel_env *env;
    struct str source;
    const struct cel_type *type;
    enum cel_kind
        result_kind; /* that a result of unknown type must turn out to have, else CEL_DYN */
    const struct cel_op *ops;
    const uint16_t *op_handlers; /* per op: number of its handler, or CEL_NO_HANDLER */
    const uint16_t *op_nodes;    /* per op: the node that it works for */
    const struct cel_handler *handlers;
    struct cel_node **nodes;
    struct cel_node **order; /* as computed: operands before what uses them */
    struct cel_node *root;
    uint32_t op_count, node_count, order_count;
    uint32_t registers;
    struct cel_cost_estimate estimate;
};

/* Told of every node's value as it is computed. */
struct cel_trace {
    void (*value)(struct cel_trace *trace, const struct cel_node *node, struct cel_value value);
};

struct cel_vm {
    struct cel_run run;
    struct cel_value *registers;
    const struct cel_value *bindings;
    const struct cel_program *program;
    struct cel_trace *trace;
    bool failed;
};

/* Compiles the checked tree. False: a problem, or the arena is full. With `traced` every node's
 * value is told to the trace, and nothing is folded or fused. */
bool cel_plan(struct cel_compilation *c, bool traced, struct cel_program *program);
/* Computes what does not depend on bindings. */
void cel_fold(struct cel_compilation *c);
/* Compiles the constant patterns of matches; what is none is a problem. */
void cel_patterns_compile(struct cel_compilation *c);
/* The most gas that a call of matches needs, beside its operands; UINT64_MAX: not bounded. */
uint64_t cel_patterns_gas(const struct cel_node *node);
/* Bounds of the gas of every node, and of the whole. */
struct cel_cost_estimate cel_estimate(struct cel_compilation *c);

/* Where to go on after `op` failed as vm->run.error says: its handler, or the end. */
const struct cel_op *cel_vm_fail(struct cel_vm *vm, const struct cel_op *op);
/* Runs a program to *result; false: vm->run.error says why. */
bool cel_vm_run(struct cel_vm *vm, struct cel_value *result);

/* Sets the error of a variable without a value; always false. */
bool cel_fail_unbound(struct cel_vm *vm, uint32_t variable, const struct cel_value *value);

/* Says where in the source the node of outcome->error stands. */
void cel_outcome_place(const struct cel_program *program, struct cel_outcome *outcome);

/* Calls the overload that takes these kinds of values. */
bool cel_late_call(struct cel_run *run, const struct cel_late *late, const struct cel_value *args,
                   struct cel_value *result);
/* operand.name, operand.?name and has(operand.name) by what the operand is at run time. */
bool cel_late_select(struct cel_run *run, const struct cel_select *select, struct cel_value operand,
                     struct cel_value *result);
/* A field's value as optional: none when it is not set. */
bool cel_field_optional(struct cel_run *run, const void *message, const struct cel_field *field,
                        struct cel_value *result);
/* string(value), by whatever overload takes it. */
bool cel_to_string(struct cel_run *run, struct cel_value value, struct cel_value *result);
/* "int" for CEL_INT, for messages. */
const char *cel_kind_name(uint32_t kind);

/* The instructions; what they read and write stands beside each in op_*.c. */
cel_op_run cel_op_constant, cel_op_variable, cel_op_move, cel_op_error, cel_op_trace, cel_op_call,
    cel_op_call_late, cel_op_matches, cel_op_field, cel_op_has_field, cel_op_field_optional,
    cel_op_select, cel_op_path, cel_op_jump, cel_op_jump_if_not, cel_op_and, cel_op_or,
    cel_op_and_first, cel_op_or_first, cel_op_and_last, cel_op_or_last, cel_op_compare,
    cel_op_path_compare, cel_op_in, cel_op_logic_end, cel_op_or_value, cel_op_lazy_reset,
    cel_op_lazy, cel_op_lazy_store, cel_op_builder, cel_op_append, cel_op_put, cel_op_merge,
    cel_op_list, cel_op_map, cel_op_message, cel_op_set, cel_op_message_end, cel_op_loop,
    cel_op_next, cel_op_true, cel_op_false, cel_op_zero, cel_op_count, cel_op_is_one;

#endif
