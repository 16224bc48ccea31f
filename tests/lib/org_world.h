/* One org in memory, for tests: commands written as text are decided and kept. Failures that a test
 * does not ask about fail the test.
 *
 * A text is the name of a command or event and its body as for agencyctl submit: `AssignRole
 * {"roleId":"r1"}`. In texts `@ada` stands for the identity hash of a principal called ada. */
#ifndef TESTS_LIB_ORG_WORLD_H
#define TESTS_LIB_ORG_WORLD_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/object.h"
#include "core/model/before.h"
#include "core/model/elapse.h"

struct org_world {
    struct arena arena; /* of all that the world holds and gives; capped at 512 MiB */
    struct layer state;
    struct layer scratch;
    struct layer_org changes;
    struct org_view org; /* what is decided, with the scratch */
    struct before before;
    struct org_head head;
    Agency__V1__OrgHead dues;   /* what of it is about what waits for a time */
    struct elapse_watch *watch; /* of org_world_elapse; NULL: nobody */
    int64_t now_us;             /* the decider's clock; every decision moves it on by a second */
    struct decide_config config;
    struct str creators[1];
    Agency__V1__Principal principal; /* who commands */
    Agency__V1__Command envelope;    /* copied for each command: occurred_at and the like */
    struct check_memory *memory;     /* NULL as initialised: each question is answered anew */
    struct decide last;              /* the last decision, as it was made */
    Agency__V1__Command command;     /* of the last decision */
    unsigned commands_count;
    struct str names[32]; /* that `@name` was read of */
    size_t names_count;
};

/* An org `acme` that is not made yet, at 2026-01-01T00:00:00Z; commands come from the operator
 * `admin`, who may create orgs. The world must not be moved. */
void org_world_init(struct org_world *world);
void org_world_release(struct org_world *world);
/* The same with the org made: its owner is the subject `root`, bound as `@root`. */
void org_world_init_owned(struct org_world *world);

/* From now on commands come from this principal: the operator `admin` or `operator:x`, or what
 * `@name` is bound to.
 */
void org_world_as(struct org_world *world, const char *name);

/* Decides a message; what is accepted is kept. The status and world->last are the decider's. */
MUST_USE struct status org_world_decide(struct org_world *world,
                                        const Agency__V1__Command *command);
/* The same, but nothing is kept and no time passes: what would the answer be? */
MUST_USE struct status org_world_try(struct org_world *world, const Agency__V1__Command *command);
/* Makes the next decision of what is due by a time, and keeps it; false: nothing is. */
bool org_world_elapse(struct org_world *world, int64_t until_us);
/* Reads a command's text into a command for the org. INVALID_ARGUMENT for text that is none. */
MUST_USE struct status org_world_read(struct org_world *world, const char *text,
                                      Agency__V1__Command *command);
/* Reads a command's text and decides it. INVALID_ARGUMENT also for text that cannot be read. */
MUST_USE struct status org_world_submit(struct org_world *world, const char *text);
/* Applies an event's text as if it had been decided. */
MUST_USE struct status org_world_apply(struct org_world *world, const char *text);
/* The same for an event. */
MUST_USE struct status org_world_apply_event(struct org_world *world,
                                             const Agency__V1__Event *event);

/* Fails the test unless the command (formatted) is accepted. */
void org_world_do(struct org_world *world, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same, where a rejection is as good. */
void org_world_attempt(struct org_world *world, const char *format, ...) PRINTF_LIKE(2, 3);
/* Fails the test unless the command is rejected with this code; gives the reason. */
const char *org_world_rejected(struct org_world *world, enum status_code code, const char *format,
                               ...) PRINTF_LIKE(3, 4);

/* The last decision as lines of text: events, `accepted, no events`, or `rejected CODE: reason`. */
struct str org_world_text(struct org_world *world);

/* The subjects that may do something on an object without any context, in an arena. */
MUST_USE struct status org_world_subjects(struct org_world *world, struct arena *arena,
                                          struct str permission, struct object object,
                                          struct ids *ids);

/* What everybody sees: the state without scratch. */
const struct view *org_world_view(struct org_world *world);

#endif
