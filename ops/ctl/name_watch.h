/* Warns a person whose command gave a name that another one can be taken for. */
#ifndef OPS_CTL_NAME_WATCH_H
#define OPS_CTL_NAME_WATCH_H

#include "ops/ctl/ctl.h"
#include "writers/decider.h"

enum { NAME_WATCH_MAX = 64 }; /* of one run; the others are not looked at */

struct name_watch {
    struct {
        struct str org_id; /* in ctl's arena, as the name */
        struct str name;
        enum entity_kind kind;
    } given[NAME_WATCH_MAX];
    size_t count;
};

/* Notes what name an accepted command gave, if any. The command must live as long. */
void name_watch_note(struct name_watch *watch, const Agency__V1__Command *command,
                     const struct submit_answer *answer);
/* After the answers, and when the folder is closed: tells of characters that nobody sees and, where
 * the log is embedded, of live names of the same kind that look the same. */
void name_watch_tell(struct name_watch *watch, struct ctl *ctl);

#endif
