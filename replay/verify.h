/* Whether a partition is what its log says: folds it into a fresh store beside the folder's own,
 * and compares heads, roots and rows. */
#ifndef REPLAY_VERIFY_H
#define REPLAY_VERIFY_H

#include "core/base/hash.h"
#include "replay/fold_log.h"

struct verify {
    struct evlog *log; /* borrowed, like all here */
    const char *store; /* the partition's store, compared with if it is there */
    const char *fresh; /* folder for the fresh one, emptied first; it stays */
    uint32_t partition;
    fold_log_progress *progress;
    void *context;
    /* Set by verify_run. */
    uint64_t records; /* accepted */
    uint64_t fenced;
    uint64_t entities;
    char head[HASH_HEX_SIZE]; /* empty where the log could not be folded */
    char root[HASH_HEX_SIZE];
    bool lost; /* the log has not all that the store has seen */
};

/* DATA_LOSS: the log or the store is not what it was; what and where. UNAVAILABLE: the disk has no
 * room for the fresh store, or the log refuses. */
MUST_USE struct status verify_run(struct verify *verify);
/* The same and of the commands, too; for who only wants to know: where the disk has no room the
 * fresh store lies in memory. */
MUST_USE struct status verify_read_only(struct verify *verify);

#endif
