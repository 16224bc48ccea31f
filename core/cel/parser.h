/* What the parser and its macros share. */
#ifndef CORE_CEL_PARSER_H
#define CORE_CEL_PARSER_H

#include "core/cel/ast.h"
#include "core/cel/lexer.h"

struct cel_parser {
    struct cel_compilation *c;
    struct cel_token token;  /* the next one */
    uint32_t end;            /* of the last one */
    uint32_t depth;          /* of nesting */
    uint32_t hidden;         /* names that macros made so far */
    struct cel_node **stack; /* nodes that wait for their parent */
    uint32_t stack_count, stack_max;
};

/* A node spanning those bytes with room for `count` args; NULL: too many, or the arena is full. */
struct cel_node *cel_node_new(struct cel_parser *p, enum cel_node_kind kind, uint32_t begin,
                              uint32_t end, uint32_t count);
/* The same place and kind as another node, for what a macro makes. */
struct cel_node *cel_node_like(struct cel_parser *p, const struct cel_node *place,
                               enum cel_node_kind kind, uint32_t count);

/* Goes on to the next token; takes it if it is of that kind; says what was expected (always NULL).
 */
void cel_parse_next(struct cel_parser *p);
bool cel_parse_take(struct cel_parser *p, int kind);
struct cel_node *cel_parse_wrong(struct cel_parser *p, const char *expected);
/* Keeps a node until its parent is complete; NULL is refused. */
bool cel_parse_push(struct cel_parser *p, struct cel_node *node);
/* A node whose args are what was pushed since `from`. */
struct cel_node *cel_parse_gather(struct cel_parser *p, enum cel_node_kind kind, uint32_t begin,
                                  uint32_t from);

/* What starts at the next token; NULL: a problem. */
struct cel_node *cel_parse_expression(struct cel_parser *p);
struct cel_node *cel_parse_constant(struct cel_parser *p, uint32_t begin, struct cel_value value);
struct cel_node *cel_parse_number(struct cel_parser *p, uint32_t begin, bool negative);
struct cel_node *cel_parse_list(struct cel_parser *p);
struct cel_node *cel_parse_map(struct cel_parser *p);
/* The fields of a message whose name was read; the next token is '{'. */
struct cel_node *cel_parse_message(struct cel_parser *p, struct cel_node *type);

/* What a call means that may be a macro: another tree, the call itself, or NULL (a problem). */
struct cel_node *cel_macro(struct cel_parser *p, struct cel_node *call);

#endif
