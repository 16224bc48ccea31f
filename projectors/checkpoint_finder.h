/* Does for a publisher what waits for the brokers, on a thread of its own: opens logs, finds
 * checkpoints, closes what broke. One asker; each question gets one answer. */
#ifndef PROJECTORS_CHECKPOINT_FINDER_H
#define PROJECTORS_CHECKPOINT_FINDER_H

#include "core/evlog/opener.h"
#include "projectors/checkpoint.h"

/* Asked instead of a partition: open the log for appending. */
#define CHECKPOINT_FINDER_LOG UINT32_MAX

struct checkpoint_finder_options {
    struct evlog_opener opener; /* used by the finder's thread */
    uint32_t level_known;
    uint32_t questions_max; /* without an answer taken */
};

struct checkpoint_finder_answer {
    uint32_t number; /* as asked */
    struct status status;
    struct checkpoint checkpoint; /* of a partition */
    struct evlog *log;            /* given, to CHECKPOINT_FINDER_LOG */
};

struct checkpoint_finder;

/* Gives it. UNAVAILABLE: no thread or descriptor. */
MUST_USE struct status checkpoint_finder_open(const struct checkpoint_finder_options *options,
                                              struct checkpoint_finder **finder);
/* Waits for the question at hand. NULL is fine. */
void checkpoint_finder_close(struct checkpoint_finder *finder);

void checkpoint_finder_ask(struct checkpoint_finder *finder, uint32_t number);
/* Takes a log that it opened, with a reader (NULL is fine), and closes them. */
void checkpoint_finder_bury(struct checkpoint_finder *finder, struct evlog *log,
                            struct evlog_reader *reader);
/* Gives the next answer; false: there is none yet. */
bool checkpoint_finder_take(struct checkpoint_finder *finder,
                            struct checkpoint_finder_answer *answer);
/* Readable when there is an answer. */
int checkpoint_finder_descriptor(const struct checkpoint_finder *finder);

#endif
