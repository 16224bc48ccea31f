/* The program of a pattern, between regex_parse.c, which writes it, and regex.c, which runs it. */
#ifndef CORE_CEL_REGEX_CODE_H
#define CORE_CEL_REGEX_CODE_H

#include "core/cel/regex.h"

enum regex_op {
    REGEX_RUNE,         /* this code point */
    REGEX_FOLD,         /* this one in any case */
    REGEX_ANY,          /* any */
    REGEX_ANY_BUT_LINE, /* any but '\n' */
    REGEX_CLASS,        /* one of a class */
    REGEX_TEXT_BEGIN,   /* assertions: \A ^ */
    REGEX_TEXT_END,     /* \z $ */
    REGEX_LINE_BEGIN,   /* (?m)^ */
    REGEX_LINE_END,     /* (?m)$ */
    REGEX_WORD_EDGE,    /* \b */
    REGEX_NO_WORD_EDGE, /* \B */
    REGEX_SPLIT,        /* on with the next instruction and with the one `jump` away */
    REGEX_JUMP,
    REGEX_MATCH,
};

/* Jumps are relative, so that a fragment can be moved and copied as it is. */
struct regex_instruction {
    uint8_t op;
    bool fold;     /* REGEX_CLASS: in any case */
    bool negative; /* REGEX_CLASS: none of it */
    int16_t jump;
    uint16_t weight; /* steps of taking a code point, beside visiting; set when all is parsed */
    union {
        uint32_t rune;
        uint32_t item_first; /* REGEX_CLASS */
    };
    uint32_t item_count;
};

enum regex_item_kind {
    REGEX_ITEM_RANGE,      /* from..to, both included */
    REGEX_ITEM_ASCII,      /* the ASCII class number `from` */
    REGEX_ITEM_CATEGORIES, /* the set `from` of general categories */
    REGEX_ITEM_SCRIPT,     /* the script number `from` */
};

/* One part of a class. */
struct regex_item {
    enum regex_item_kind kind;
    bool negative; /* applies after folding, as the class's own does */
    uint32_t from, to;
};

struct cel_regex {
    const struct regex_instruction *code;
    const struct regex_item *items;
    uint32_t count;
    uint32_t steps; /* at most, per code point */
};

#endif
