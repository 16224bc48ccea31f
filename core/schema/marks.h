/* Which members or items of a value some schema has evaluated, for unevaluatedProperties and
 * unevaluatedItems: a stack of sets of bits. Each schema that is evaluated on the value has a set
 * of its own, which joins the set around it when it holds, and is dropped when it does not. */
#ifndef CORE_SCHEMA_MARKS_H
#define CORE_SCHEMA_MARKS_H

#include "core/cel/run.h"

struct schema_mark_set {
    bool active;           /* somebody asks */
    uint32_t begin, count; /* words */
};

struct schema_marks {
    uint64_t *words; /* NULL before the first set */
    uint32_t used;
    struct schema_mark_set set; /* the innermost */
};

/* A new set for that many members or items, empty; `*outer` is the one around it. False when there
 * is no room. */
bool schema_marks_push(struct schema_marks *marks, struct cel_run *run, size_t items,
                       struct schema_mark_set *outer);
/* Back to the one around it, which takes over the marks if `keep`. */
void schema_marks_pop(struct schema_marks *marks, struct schema_mark_set outer, bool keep);
/* Into the innermost set, if there is one. */
void schema_mark(struct schema_marks *marks, size_t item);
bool schema_is_marked(const struct schema_marks *marks, size_t item);

#endif
