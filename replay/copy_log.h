/* Copies what counts of a log into another of as many partitions, closes the first and opens the
 * second: the history goes on there. Heads, positions, tokens and times stay what they are; offsets
 * do not, and fenced records and commands are left behind.
 *
 * Order: copy_log_init; copy_log_run; copy_log_verify of each partition; evlog_finish of the
 * target; copy_log_release. Killed or failed at any moment, the same again goes on. */
#ifndef REPLAY_COPY_LOG_H
#define REPLAY_COPY_LOG_H

#include "core/base/buf.h"
#include "core/evlog/chain.h"
#include "core/evlog/evlog.h"

/* Called now and then; may be NULL. */
typedef void copy_log_progress(void *context, uint64_t records);

/* A partition of one of the logs, read up to the EPOCH that ends its part: of the source the one
 * that closes it, of the target the one that opens it. */
struct copy_place {
    struct chain chain;        /* before that EPOCH */
    uint64_t offset;           /* of the next record to read */
    struct evlog_id opened_by; /* of the target: the log id in its EPOCH */
    bool ended;                /* that EPOCH was read */
};

struct copy_partition {
    struct copy_place source;
    struct copy_place target;
    struct buf configuration; /* of the source's last EPOCH */
};

struct copy_log {
    struct evlog *source; /* may be written by others until it is closed; borrowed */
    struct evlog *target; /* borrowed */
    copy_log_progress *progress;
    void *context;
    /* Set by copy_log_run. */
    struct copy_partition *partitions;
    uint64_t records;       /* appended to the target */
    uint64_t late_commands; /* that nobody answers: they came while the source was being closed */
};

/* INVALID_ARGUMENT: the target is of another history, or has another number of partitions. Borrows
 * both; set `progress` behind it. */
MUST_USE struct status copy_log_init(struct copy_log *copy, struct evlog *source,
                                     struct evlog *target);
void copy_log_release(struct copy_log *copy);

/* Copies, closes, copies what came meanwhile, opens. Every partition of the target then has the
 * head that the source had before it was closed. FAILED_PRECONDITION: commands wait for an answer
 * (nothing is closed then), the target has records that the source has not, or it is neither a
 * draft nor a finished copy of the source (then nothing is left to do). DATA_LOSS names a bad
 * record. UNAVAILABLE: run it again. */
MUST_USE struct status copy_log_run(struct copy_log *copy);

#endif
