/* The log in a folder of one machine: one writer, any number of readers beside it, in other
 * processes too. An append is one unit, synced before it is acknowledged; all that waits goes into
 * one sync. */
#ifndef CORE_EVLOG_EVLOG_LOCAL_H
#define CORE_EVLOG_EVLOG_LOCAL_H

#include "core/evlog/evlog.h"

struct folder_io;

/* What a log had, by its mark, and has no more: records of a partition. */
struct evlog_local_lost {
    uint64_t position; /* where the log ends now */
    enum evlog_stream stream;
    uint32_t partition;
    uint64_t begin, end; /* offsets, up to below `end`; equal: the mark is damaged, nobody knows */
};
typedef void evlog_local_lost_fn(void *context, const struct evlog_local_lost *lost);

struct evlog_local_options {
    bool read_only;             /* beside a writer or alone; append is UNAVAILABLE then */
    bool draft;                 /* open the draft of a copy, too, to go on with it */
    uint32_t partitions_count;  /* expected; 0 = whatever the log has */
    uint64_t segment_size;      /* bytes before a new file is begun; 0 = 64 MiB */
    const struct folder_io *io; /* for tests; NULL = the system's. Borrowed until close */
    /* A person gives up what the log's end has lost (not for reading only): told of it before
     * anything is changed. NULL: that is DATA_LOSS. */
    evlog_local_lost_fn *give_up;
    void *give_up_context;
};

/* Makes an empty log; the ids are the caller's random bytes. ALREADY_EXISTS: there is a log in
 * `path`. UNAVAILABLE: the system's reason. */
MUST_USE struct status evlog_local_create(const char *path, const struct evlog_identity *identity);
/* The same, but it is a draft, for a copy of another log: nobody can open it by mistake until
 * evlog_finish. */
MUST_USE struct status evlog_local_create_draft(const char *path,
                                                const struct evlog_identity *identity);
/* Opens a log.
 * NOT_FOUND: there is none in `path`, or a draft only. FAILED_PRECONDITION: another process writes
 * it (the message says which), or it has another number of partitions. DATA_LOSS: it is damaged or
 * its end is missing, in a way that a crash does not explain; what a crash left half written is
 * removed. UNAVAILABLE: the system's reason. */
MUST_USE struct status evlog_local_open(const char *path, const struct evlog_local_options *options,
                                        struct evlog **log);

#endif
