/* One decision of what is due in an org: its first time, with all entities that wait for it, up to
 * ELAPSE_MAX; or one entity by itself, where it follows at once from the decision before. */
#ifndef CORE_MODEL_ELAPSE_H
#define CORE_MODEL_ELAPSE_H

#include "core/domain/elapse.h"
#include "core/model/dues.h"

/* Entities that one decision is about. */
enum { ELAPSE_MAX = 256 };

/* Is told which entity is judged: one at which the process died again and again must not stop its
 * org. */
struct elapse_watch {
    bool (*begin)(struct elapse_watch *watch, struct str entity); /* false: it is such a one */
    void (*end)(struct elapse_watch *watch);
};

struct elapse {
    /* Given by the caller. */
    struct arena *arena;
    struct layer *scratch; /* empty; then what the decision changes */
    struct str org_id;
    const Agency__V1__OrgHead *head;
    const struct decide_context *context;
    struct check_memory *memory; /* as of a decision */
    struct expressions *expressions;
    struct elapse_watch *watch; /* NULL: nobody */
    int64_t until_us;           /* only what is due by then */
    /* Set. */
    struct decide decide; /* as it was made: events and their time */
    Agency__V1__Elapsed **elapsed;
    size_t elapsed_count; /* 0: nothing is due */
};

/* Decides into the scratch. UNAVAILABLE and DATA_LOSS: nothing is to be recorded, and the scratch
 * to be dropped; INTERNAL: the same, by a bug. */
MUST_USE struct status elapse_decide(struct elapse *elapse);

#endif
