/* Does for a feed what waits for the brokers, on a thread of its own: opens logs, finds bookmarks,
 * closes what broke. One asker; each question gets one answer. */
#ifndef PROJECTORS_SCOUT_H
#define PROJECTORS_SCOUT_H

#include "projectors/bookmark.h"

/* Asked instead of a partition: open the log for appending. */
#define SCOUT_LOG UINT32_MAX

struct scout_options {
    struct status (*open_log)(void *context, bool read_only, struct evlog **log);
    void *context; /* used by the scout's thread */
    uint32_t level_known;
    uint32_t questions_max; /* without an answer taken */
};

struct scout_answer {
    uint32_t number; /* as asked */
    struct status status;
    struct bookmark bookmark; /* of a partition */
    struct evlog *log;        /* given, to SCOUT_LOG */
};

struct scout;

/* Gives it. UNAVAILABLE: no thread or descriptor. */
MUST_USE struct status scout_open(const struct scout_options *options, struct scout **scout);
/* Waits for the question at hand. NULL is fine. */
void scout_close(struct scout *scout);

void scout_ask(struct scout *scout, uint32_t number);
/* Takes a log that it opened, with a reader (NULL is fine), and closes them. */
void scout_bury(struct scout *scout, struct evlog *log, struct evlog_reader *reader);
/* Gives the next answer; false: there is none yet. */
bool scout_take(struct scout *scout, struct scout_answer *answer);
/* Readable when there is an answer. */
int scout_descriptor(const struct scout *scout);

#endif
