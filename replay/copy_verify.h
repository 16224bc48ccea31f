/* Shows that both logs of a copy tell the same: folds a partition of each, compares. */
#ifndef REPLAY_COPY_VERIFY_H
#define REPLAY_COPY_VERIFY_H

#include "replay/copy_log.h"
#include "replay/fold_log.h"

struct copy_verify {
    struct copy_log *copy; /* after copy_log_run; borrowed */
    uint32_t partition;
    const char *source_store; /* folders to fold into; one that is there goes on */
    const char *target_store;
    fold_log_progress *progress; /* may be NULL */
    void *context;
    /* Set by copy_verify_run. */
    uint64_t records;  /* accepted in the target */
    uint64_t fenced;   /* in the target */
    uint64_t entities; /* in either state */
    struct hash head;  /* of the target, behind the EPOCH that opens it */
    struct hash root;  /* of either state */
};

/* DATA_LOSS: the heads before the last EPOCHs, or the state roots, differ; or a record could not be
 * folded. UNAVAILABLE. */
MUST_USE struct status copy_verify_run(struct copy_verify *verify);

#endif
