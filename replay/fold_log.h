/* Folds a partition's log into a store from where the store is, with a word on how far it is: what
 * rebuild and verify have in common. */
#ifndef REPLAY_FOLD_LOG_H
#define REPLAY_FOLD_LOG_H

#include "core/model/partition.h"

/* Called after each run of records; may be NULL. */
typedef void fold_log_progress(void *context, uint64_t records);

struct fold_log {
    struct evlog *log; /* borrowed */
    const char *store; /* folder of the store; NULL: in memory */
    uint32_t partition;
    fold_log_progress *progress;
    void *context;
    /* Set by fold_log_run. */
    uint64_t records; /* accepted */
    uint64_t fenced;
    uint64_t offset; /* of the record at hand, where it stopped */
};

/* Folds to the log's end and writes. Gives the partition (also when a record could not be taken: it
 * stands before that one), to be closed. DATA_LOSS names the first bad record: partition, offset
 * and the sequence that it should have had. */
MUST_USE struct status fold_log_run(struct fold_log *fold, struct partition **partition);

#endif
