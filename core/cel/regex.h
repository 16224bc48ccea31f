/* Regular expressions in RE2's syntax, matched in time linear in the text (and the pattern's
 * program): no backtracking, no back-references, no look-around. Part of the CEL profile: tables
 * and answers are pinned. */
#ifndef CORE_CEL_REGEX_H
#define CORE_CEL_REGEX_H

#include "core/cel/run.h"

enum {
    CEL_REGEX_PROGRAM_MAX = 1000, /* instructions, counted repeats unrolled: bounds a step's work */
    CEL_REGEX_DEPTH_MAX = 64,     /* groups inside each other: bounds the stack */
    CEL_REGEX_REPEAT_MAX = 1000,  /* as in RE2 */
    CEL_REGEX_STEPS_PER_GAS = 4,  /* instructions visited */
};

struct cel_regex; /* immutable, shared between threads; lives in the arena it was compiled into */

/* Compiles into the run's arena. Fails with the position in the pattern (code points, from 1). */
bool cel_regex_compile(struct cel_run *run, struct str pattern, const struct cel_regex **regex);
/* Whether the pattern matches anywhere in the text. Takes no memory. */
bool cel_regex_match(struct cel_run *run, const struct cel_regex *regex, struct str text,
                     bool *matched);

/* Bounds for the estimate: the steps that a code point takes, for this program and for any whose
 * classes and folding weigh at most 1,000; the gas that compiling a pattern of that size takes. */
uint32_t cel_regex_steps(const struct cel_regex *regex);
enum { CEL_REGEX_STEPS_MAX = 2 * CEL_REGEX_PROGRAM_MAX + 1000 };
uint64_t cel_regex_compile_gas(uint64_t pattern_size);

#endif
