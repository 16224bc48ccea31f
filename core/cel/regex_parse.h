/* From a pattern to its program. Private to the matcher. */
#ifndef CORE_CEL_REGEX_PARSE_H
#define CORE_CEL_REGEX_PARSE_H

#include "core/cel/regex_code.h"

enum regex_flag {
    REGEX_FLAG_FOLD = 1,  /* i */
    REGEX_FLAG_LINES = 2, /* m: ^ and $ also at '\n' */
    REGEX_FLAG_DOT = 4,   /* s: '.' takes '\n' too */
    REGEX_FLAG_LAZY = 8,  /* U: does not change whether it matches */
};

struct regex_parser {
    struct cel_run *run;
    struct str pattern;
    size_t at; /* bytes read */
    unsigned flags;
    unsigned depth; /* of groups */
    struct regex_instruction *code;
    uint32_t count, cap;
    struct regex_item *items;
    uint32_t item_count, item_cap;
};

/* Parses the whole pattern; the code ends with REGEX_MATCH. */
bool regex_parse(struct regex_parser *parser);

/* For regex_class.c and back: */
bool regex_fail(struct regex_parser *parser, size_t at, const char *expected);
bool regex_emit(struct regex_parser *parser, struct regex_instruction instruction);
bool regex_item_add(struct regex_parser *parser, struct regex_item item);
/* The next code point; only where there is one. */
uint32_t regex_next(struct regex_parser *parser);
/* Skips the text if it comes next. */
bool regex_skip(struct regex_parser *parser, struct str text);
/* After '\': a code point by itself, in octal, hexadecimal or by name. */
bool regex_parse_escaped(struct regex_parser *parser, uint32_t *rune);

/* After '\' outside of a class or in it: a Perl or Unicode class (\d, \pL, \p{Greek}); *found false
 * and nothing read when it is none. */
bool regex_parse_named_class(struct regex_parser *parser, bool *found);
/* After '[': a class, emitted as one instruction. */
bool regex_parse_class(struct regex_parser *parser);
/* Whether the ASCII class of that number (REGEX_ITEM_ASCII) has the code point. */
bool regex_ascii_has(uint32_t number, uint32_t rune);

#endif
