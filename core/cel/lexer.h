/* Tokens of a source, one at a time. */
#ifndef CORE_CEL_LEXER_H
#define CORE_CEL_LEXER_H

#include "core/cel/ast.h"

/* Single characters are their own kind. */
enum cel_token_kind {
    CEL_TOKEN_END = 0,
    CEL_TOKEN_IDENT = 256,
    CEL_TOKEN_QUOTED, /* `a field` */
    CEL_TOKEN_INT,    /* text without sign */
    CEL_TOKEN_UINT,   /* text without the u */
    CEL_TOKEN_DOUBLE,
    CEL_TOKEN_STRING, /* text is the value */
    CEL_TOKEN_BYTES,
    CEL_TOKEN_TRUE,
    CEL_TOKEN_FALSE,
    CEL_TOKEN_NULL,
    CEL_TOKEN_IN,
    CEL_TOKEN_AND,
    CEL_TOKEN_OR,
    CEL_TOKEN_EQ,
    CEL_TOKEN_NE,
    CEL_TOKEN_LE,
    CEL_TOKEN_GE,
    CEL_TOKEN_WRONG, /* a problem was added */
};

struct cel_token {
    int kind;
    uint32_t begin, end;
    struct str text;
};

/* The token that starts at or after byte `at`. */
struct cel_token cel_lex(struct cel_compilation *c, uint32_t at);
/* The value of a string or bytes literal that starts at its prefix or quote; false: a problem. */
bool cel_lex_literal(struct cel_compilation *c, struct cel_token *token);
/* The token as a message shows it: "end", "'+'", "string". */
void cel_token_print(const struct cel_compilation *c, const struct cel_token *token, char *out,
                     size_t size);

#endif
