/* What the head of an org says of its dues, kept from the rows of each decision. */
#ifndef CORE_MODEL_DUES_H
#define CORE_MODEL_DUES_H

#include "agency/v1/decision.pb-c.h"
#include "core/model/layer.h"

/* A row of the index DUE. */
struct dues_row {
    int64_t time_us;
    enum entity_kind kind;
    struct str id;
};

/* The first time that one of the org's entities waits for; INT64_MAX: none does. */
static inline int64_t dues_next_us(const Agency__V1__OrgHead *head)
{
    return head->dues == 0 ? INT64_MAX : head->next_due_us;
}

/* The first rows of an org up to a time, at most `limit`; lie in the arena. */
MUST_USE struct status dues_first(const struct view *view, struct arena *arena,
                                  const Agency__V1__OrgHead *head, int64_t until_us, size_t limit,
                                  struct dues_row **rows, size_t *count);

/* Counts what a decision's layer, which lies on `under`, changes of the index DUE into the head:
 * how many rows there are, and the first. */
MUST_USE struct status dues_count(const struct layer *layer, const struct source *under,
                                  struct arena *arena, struct str org_id,
                                  Agency__V1__OrgHead *head);

#endif
