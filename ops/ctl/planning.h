/* Documents of files, or a command, and what would come of them: what plan, apply and dry-run
 * share.
 */
#ifndef OPS_CTL_PLANNING_H
#define OPS_CTL_PLANNING_H

#include "ops/ctl/reading.h"
#include "query/plan/plan.h"

struct planning {
    struct ctl *ctl;
    struct documents documents;
    struct reading reading;
    struct decide_config config;
    struct command_record_keys keys;
    struct expressions *expressions;
    struct plan plan;
};

/* Reads the documents that the verb's arguments name and plans them on the data folder's org as it
 * is now. To be closed in any case; must not be moved. INVALID_ARGUMENT: it is a server's,
 * there is no document, or one is none. */
MUST_USE struct status planning_open(struct planning *planning, struct ctl *ctl);
/* A zeroed one is fine. What the plan holds lies in ctl's arena and stays. */
void planning_close(struct planning *planning);

/* The same of one command as it would be sent; of no documents. */
MUST_USE struct status planning_command(struct planning *planning, struct ctl *ctl,
                                        Agency__V1__Command *command, struct forecast *forecast);

/* Appends one event as people read it; who would gain or lose what, to people or programs. */
void planning_say_event(struct ctl *ctl, const Agency__V1__Event *event);
MUST_USE struct status planning_say_access(struct planning *planning);
/* Appends what would happen, to people or programs. */
MUST_USE struct status planning_say(struct planning *planning);

#endif
