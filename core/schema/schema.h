/* JSON Schema, draft 2020-12: whether a JSON value is as its schema says. Pure, and bounded in time
 * (gas), memory (the arena) and depth, since it judges what people hand in while commands are
 * decided: the same schema and value have the same verdict for ever. What is in and what is left
 * out: docs/json-schema.md. */
#ifndef CORE_SCHEMA_SCHEMA_H
#define CORE_SCHEMA_SCHEMA_H

#include "core/cel/gas.h"
#include "core/pb/message.h"
#include "google/protobuf/struct.pb-c.h"

enum {
    /* What one compilation or validation may take: a few milliseconds at worst. A value of
     * DATA_SIZE_MAX under a schema that names each of its parts takes a fifth of it. */
    SCHEMA_GAS = 50000,
    /* For the arena of one of them: a schema of DATA_SIZE_MAX with its plan, or the problems. */
    SCHEMA_MEMORY = 1024 * 1024,
    /* Values inside each other, in schemas and in what they judge: more than the 40 that the levels
     * of a stored message (PB_STORED_DEPTH_MAX) have room for, as each takes two. */
    SCHEMA_VALUE_DEPTH_MAX = 64,
    /* Schemas that judge the same value because one of them refers to the next. */
    SCHEMA_CHAIN_MAX = 64,
    /* Schemas under evaluation at once, each because of the one before: bounds the stack. */
    SCHEMA_EVALUATIONS_MAX = 256,
    /* Members or items of one value, and the schemas that share it, for unevaluated*. */
    SCHEMA_MARK_WORDS_MAX = 4096,
    /* More than a person reads at once. */
    SCHEMA_PROBLEMS_MAX = 16,
};

struct schema; /* immutable, shared between threads; lives in the arena it was compiled into */

/* Reads a schema and keeps a copy of what it needs of the document. Charges `gas`. What is no
 * schema of the draft, needs anything from outside of the document, or has a keyword that is left
 * out is INVALID_ARGUMENT, with its place: "/properties/a/minLength: expected ...".
 * RESOURCE_EXHAUSTED when gas or arena do not suffice. */
MUST_USE struct status schema_compile(struct arena *arena, struct cel_gas *gas,
                                      const Google__Protobuf__Value *document,
                                      const struct schema **schema);
/* The same for an object. */
MUST_USE struct status schema_compile_struct(struct arena *arena, struct cel_gas *gas,
                                             const Google__Protobuf__Struct *document,
                                             const struct schema **schema);
/* The same for JSON text. */
MUST_USE struct status schema_compile_text(struct arena *arena, struct cel_gas *gas,
                                           struct str text, const struct schema **schema);

/* One thing that is not as the schema says. The texts live in the arena. */
struct schema_problem {
    struct str instance; /* JSON Pointer to the value: "/tags/0"; "" is the whole */
    struct str keyword;  /* JSON Pointer to the keyword in the schema's document */
    struct str expected; /* "expected at least 1, but it is 0" */
};

struct schema_verdict {
    bool valid;
    bool more; /* there are more problems than these */
    uint32_t problem_count;
    struct schema_problem problems[SCHEMA_PROBLEMS_MAX];
};

/* Judges a value whose objects are in order, as pb_unpack, pb_from_json and pb_sort_structs leave
 * them. Charges `gas`. A verdict only with OK: RESOURCE_EXHAUSTED when gas, arena or depth do not
 * suffice, INVALID_ARGUMENT for what is no JSON (NaN, objects out of order); `valid` is then
 * false. */
MUST_USE struct status schema_validate(const struct schema *schema, struct arena *arena,
                                       struct cel_gas *gas, const Google__Protobuf__Value *value,
                                       struct schema_verdict *verdict);
/* The same for an object. */
MUST_USE struct status schema_validate_struct(const struct schema *schema, struct arena *arena,
                                              struct cel_gas *gas,
                                              const Google__Protobuf__Struct *value,
                                              struct schema_verdict *verdict);

#endif
