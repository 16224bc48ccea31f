/* Reading a data folder: one partition, complete and current, also while another process owns it.
 */
#ifndef OPS_CTL_READING_H
#define OPS_CTL_READING_H

#include "core/model/moment.h"
#include "core/model/partition.h"
#include "ops/ctl/ctl.h"

struct reading {
    struct evlog *log;
    struct partition *partition; /* up to the log's end */
    char folder[DATA_DIR_PATH_MAX];
    struct moment moment;
    struct stored stored; /* the org as of the moment */
    struct org_view org;
};

/* Opens the partition of ctl's org and finds the moment that its options ask for; NOT_FOUND if
 * there is no such org then. The reading must not be moved. */
MUST_USE struct status reading_open(struct reading *reading, struct ctl *ctl);
/* A zeroed one is fine. */
void reading_close(struct reading *reading);

/* The moment as a question of core/model asks for it. */
struct moment_ask reading_at(const struct reading *reading);
/* " at that moment" where --as-of names one: what is not there may have been, or come later. */
const char *reading_then(const struct ctl *ctl);

/* `text`, or the id of what has that name where it is name:X, as of the moment. INVALID_ARGUMENT:
 * the id or name is empty. */
MUST_USE struct status reading_resolve(struct reading *reading, struct ctl *ctl,
                                       enum entity_kind kind, struct str text, struct str *id);
/* The moment as a message; lies in ctl's arena. */
MUST_USE struct status reading_moment(const struct reading *reading, struct ctl *ctl,
                                      Agency__V1__Moment **moment);
/* Tells a person on standard error what moment a table is about. */
void reading_say_moment(const struct reading *reading, const struct ctl *ctl);

#endif
