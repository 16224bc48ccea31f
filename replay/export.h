/* Exports an org: the commands that made it what it is. */
#ifndef REPLAY_EXPORT_H
#define REPLAY_EXPORT_H

#include "core/evlog/evlog.h"

/* Takes a command as a line of JSON, its end included. */
typedef struct status export_line(void *context, struct str line);

struct export_request {
    struct evlog *log;
    struct str org_id;
    export_line *line;
    void *context;
};

/* Gives all accepted commands of the org, in their order; how many. NOT_FOUND: none, so there is no
 * such org. OUT_OF_RANGE: the log does not keep them any more. FAILED_PRECONDITION: they are in the
 * log that this one was copied from. DATA_LOSS, UNAVAILABLE; statuses of `line`. */
MUST_USE struct status export_commands(const struct export_request *request, uint64_t *written);

#endif
