/* One validation. Private to the validator.
 *
 * A schema is evaluated by its checks, each of which may evaluate others on the same value or on
 * what is in it. Failures are noted where people can use them: below `not`, `if`, `contains`, and
 * in alternatives while it is open whether one of them holds, the run is silent. A silent run ends
 * at the first failure. */
#ifndef CORE_SCHEMA_RUN_H
#define CORE_SCHEMA_RUN_H

#include "core/schema/marks.h"
#include "core/schema/plan.h"

struct schema_run {
    struct cel_run cel; /* gas, memory, and why it stopped */
    uint32_t depth;     /* schemas under evaluation, each because of the one before */
    uint32_t silent;    /* times that failures are not to be noted */
    bool explaining;    /* what is wrong with each of several alternatives: one problem each */
    struct schema_marks marks;
    struct schema_verdict *verdict;
};

/* A value, and where in the instance it stands. */
struct schema_spot {
    struct schema_place place;
    enum schema_kind kind;
    const Google__Protobuf__Value *value;
};

/* Whether the value is as the schema says. */
bool schema_holds(struct schema_run *run, const struct schema_node *node,
                  const struct schema_spot *spot);
/* Whether a member (or with no name an item) of the value is. */
bool schema_holds_below(struct schema_run *run, const struct schema_node *node,
                        const struct schema_spot *up, const char *name, size_t index,
                        const Google__Protobuf__Value *value);
/* The same, and nobody hears of it. */
bool schema_holds_silently(struct schema_run *run, const struct schema_node *node,
                           const struct schema_spot *spot);
/* Whether the first failure decides. */
bool schema_is_quick(const struct schema_run *run);

/* Whether nobody hears of a failure: it need not be put into words. */
static inline bool schema_is_silent(const struct schema_run *run)
{
    return run->silent > 0;
}

/* Notes a problem; gives false. */
bool schema_note(struct schema_run *run, const struct schema_check *check,
                 const struct schema_spot *spot, const char *format, ...) PRINTF_LIKE(4, 5);
/* The same at a keyword beside the check's own ("minContains"). */
bool schema_note_at(struct schema_run *run, const struct schema_check *check, const char *keyword,
                    const struct schema_spot *spot, const char *format, ...) PRINTF_LIKE(5, 6);
/* After a failed charge or for a limit: the validation has no verdict. Gives false. */
bool schema_stop(struct schema_run *run, const char *limit);

#endif
