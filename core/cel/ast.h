/* The syntax tree of one source, macros already expanded, and what is being said about it. All of
 * it lies in the compilation's arena. */
#ifndef CORE_CEL_AST_H
#define CORE_CEL_AST_H

#include "core/base/utf8.h"
#include "core/cel/cel.h"

enum cel_node_kind {
    CEL_NODE_CONST,
    CEL_NODE_IDENT,   /* name; absolute: ".x" */
    CEL_NODE_SELECT,  /* args[0].name; optional: .?name; test: has() */
    CEL_NODE_CALL,    /* name(args), member: args[0].name(...) */
    CEL_NODE_AND,     /* two or more operands */
    CEL_NODE_OR,      /* two or more operands */
    CEL_NODE_IF,      /* args[0] ? args[1] : args[2] */
    CEL_NODE_LIST,    /* args, optionals */
    CEL_NODE_MAP,     /* args: key, value, ...; optionals by entry */
    CEL_NODE_MESSAGE, /* name{fields: args}, optionals */
    CEL_NODE_LOOP,    /* over args[0], variables name and second; the last arg is the body */
    CEL_NODE_BIND,    /* name = args[0], computed when first needed, in args[1] */
};

/* What a loop makes of its body's values. With three args the middle one filters. */
enum cel_loop {
    CEL_LOOP_ALL,
    CEL_LOOP_EXISTS,
    CEL_LOOP_ONE,
    CEL_LOOP_LIST,   /* map, transformList */
    CEL_LOOP_FILTER, /* the items whose body is true */
    CEL_LOOP_MAP,    /* transformMap: the key stays */
    CEL_LOOP_ENTRY,  /* transformMapEntry: the body is a map of new entries */
};

/* What a name turned out to mean; set by the checker. */
enum cel_meaning {
    CEL_MEANS_NOTHING,  /* unknown until run time, or an operator's plain operand */
    CEL_MEANS_VARIABLE, /* number `slot` of the environment */
    CEL_MEANS_LOCAL,    /* of the loop or bind `scope`; slot 0: its first variable, 1: second */
    CEL_MEANS_FIELD,    /* SELECT of a message whose type is known */
};

/* The most that a node can cost and hold, in units of gas: a text counts by 16 bytes, a list or map
 * by items. CEL_UNBOUNDED: no bound is known. */
#define CEL_UNBOUNDED UINT64_MAX
struct cel_bound {
    uint64_t gas;       /* of computing it, operands included */
    uint64_t size;      /* of its own items or bytes */
    uint64_t deep;      /* of all that it holds */
    uint64_t item_size; /* of each item's own */
    uint64_t item_deep; /* of all that each item holds */
};

struct cel_node {
    enum cel_node_kind kind;
    uint32_t id;         /* place in the compilation's list */
    uint32_t begin, end; /* bytes of the source it spans */
    uint32_t at;         /* the byte that an error points at */
    bool optional, test, member, absolute;
    enum cel_loop loop;
    enum cel_meaning meaning;
    uint32_t count;
    uint32_t slot;
    struct cel_node **args;
    struct str name;
    struct str second;
    const bool *optionals;
    const struct str *fields;
    struct cel_value constant;
    struct cel_node *parent;
    struct cel_node *scope; /* CEL_MEANS_LOCAL */

    const struct cel_type *type;
    const struct cel_type *variables[2];   /* LOOP, BIND: the types of what they declare */
    const struct cel_overload *overload;   /* CALL: the only one that can be meant */
    const struct cel_overload **overloads; /* CALL: those to choose from at run time */
    uint32_t overload_count;
    const struct cel_regex *regex;               /* CALL of matches with a constant pattern */
    const struct cel_field *field;               /* CEL_MEANS_FIELD */
    const struct cel_field *message_fields;      /* MESSAGE: one per arg */
    const struct cel_message_type *message_type; /* MESSAGE */
    struct cel_bound bound;                      /* the estimate */
};

struct cel_compilation {
    const struct cel_env *env;
    struct str source;
    struct arena *arena;
    struct cel_problems *problems;
    struct cel_node **nodes; /* all of them, children before parents; a node's id is its place */
    uint32_t node_count, node_max;
    struct cel_node **order; /* those that the checker saw, in the order of their computation */
    uint32_t order_count;
    bool arena_full;
    struct cel_node *root;
};

/* Adds a problem at that byte; false always. Only the first of a place is kept. */
bool cel_problem(struct cel_compilation *c, uint32_t offset, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Whether no more problems are kept: then nobody need look for words or near names. */
static inline bool cel_problems_full(const struct cel_compilation *c)
{
    return c->problems->count == CEL_PROBLEMS_MAX;
}
/* Notes that the arena is full; NULL always. */
void *cel_compilation_full(struct cel_compilation *c);
/* Line and column of a byte. */
struct cel_position cel_position_of(struct str source, uint32_t offset);
/* The first bytes of a source's part, for a message. */
static inline struct str cel_shortened(struct str part)
{
    return utf8_cut(part, 60);
}
/* A function's name as people write it: "+" for "_+_", "in" for "@in". */
struct str cel_shown_name(struct str name);
/* Parses the source into c->root; false: problems say why, or the arena is full. */
bool cel_parse(struct cel_compilation *c);
/* Gives every node a type and every name a meaning. */
bool cel_check(struct cel_compilation *c);

/* The name that `a.b.c` spells, with its leading dot; false when the node is no plain name. */
bool cel_node_qualified(struct cel_compilation *c, const struct cel_node *node, struct str *name);

/* A child's share of parent->args: sets its parent, too. */
static inline void cel_node_adopt(struct cel_node *node, uint32_t i, struct cel_node *child)
{
    node->args[i] = child;
    child->parent = node;
}

#endif
