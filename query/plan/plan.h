/* What would happen if documents were applied: their commands are composed and decided on an
 * overlay of a snapshot, by the decider's own code. It is a forecast, of the moment of the
 * snapshot; nothing is sent. */
#ifndef QUERY_PLAN_PLAN_H
#define QUERY_PLAN_PLAN_H

#include "core/auth/command_record.h"
#include "core/domain/feed/access_feed.h"
#include "core/domain/kernel/decision.h"
#include "core/model/before.h"
#include "query/plan/compose.h"
#include "query/snapshot.h"

/* One command of a plan. */
struct planned {
    const struct document *document;
    Agency__V1__Command *command;
    Agency__V1__Event *const *events;
    size_t events_count;
    Agency__V1__ConstraintResult *const *constraints; /* that would not be true */
    size_t constraints_count;
};

/* What becomes of a document: its commands, or why there is none. */
struct outlook {
    const struct document *document; /* of what is to end one without an entity */
    bool made;                       /* there was no such entity */
    bool done;
    size_t events_count;
    enum status_code code; /* OK: it is accepted, or so already */
    struct str reason;
};

struct plan_options {
    const Agency__V1__Principal *principal; /* who would apply */
    struct str on_behalf_of;
    const struct command_record_keys *keys; /* hide what is personal */
    const struct decide_config *config;
    struct expressions *expressions;
    int64_t now_us;
    struct str set_id; /* the documents are those of this set; empty: of none */
    bool prune;        /* what it owns and no document is about is to end */
};

struct plan {
    struct snapshot *snapshot;
    struct plan_options options;
    struct arena *arena;              /* the snapshot's */
    struct layer sum, tried, scratch; /* of all; of one document; of one command */
    struct org_view before, after;
    struct before state; /* before the command at hand */
    struct decide_context context;
    struct outlook *outlooks; /* one for each document, in their order; then of what is to end */
    size_t outlooks_count;
    struct planned *items; /* in the order in which they are to be sent */
    size_t count;
    size_t cap;
    size_t rejected;
};

/* Of the latest moment. Borrows all; must not be moved; to be released in any case. Statuses of a
 * store, and INVALID_ARGUMENT, beginning FILE:LINE, for what no command can do. */
MUST_USE struct status plan_make(struct plan *plan, struct snapshot *snapshot,
                                 const struct plan_options *options,
                                 const struct documents *documents);
/* A zeroed one is fine. */
void plan_release(struct plan *plan);

/* What one command would come to. */
struct forecast {
    Agency__V1__Event *const *events; /* none: it is so already, or refused */
    size_t events_count;
    enum status_code code; /* OK: it would be accepted */
    struct str reason;
    const Agency__V1__Authority *authority;           /* by which way; NULL where it is refused */
    Agency__V1__ConstraintResult *const *constraints; /* that would not be true */
    size_t constraints_count;
};

/* The same of a single command as it would be sent, which is changed as when it is: what is
 * personal in it is hidden. In the arena. */
MUST_USE struct status plan_command(struct plan *plan, struct snapshot *snapshot,
                                    const struct plan_options *options,
                                    Agency__V1__Command *command, struct forecast *forecast);

/* Who would gain or lost what by all of it; in the arena. */
MUST_USE struct status plan_access(struct plan *plan, struct access_feed *feed);

#endif
