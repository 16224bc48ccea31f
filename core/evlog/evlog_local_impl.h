/* What the files of evlog_local share. */
#ifndef CORE_EVLOG_EVLOG_LOCAL_IMPL_H
#define CORE_EVLOG_EVLOG_LOCAL_IMPL_H

#include <pthread.h>

#include "core/evlog/folder.h"

/* Records on their way: their frames, and what to say when they are there. */
struct evlog_local_group {
    struct buf frames;
    struct evlog_completion *completions; /* room for EVLOG_PENDING_MAX */
    size_t count;
};

struct evlog_local {
    struct evlog log; /* first: a handle is its log */
    bool read_only;
    uint64_t segment_size;
    struct folder folder; /* the log thread's once it runs, but for identity, path and io */
    int lock;
    int mark_file;
    int bell; /* readable while there are completions, and for ever once broken */
    pthread_t thread;
    bool running;

    /* The log thread's. */
    int file;
    struct evlog_local_group writing;
    struct folder_mark written;

    /* Both threads', under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct evlog_local_group waiting;
    struct evlog_completion *done; /* room for EVLOG_PENDING_MAX */
    size_t done_count;
    size_t pending_count;       /* records offered, completion not yet polled */
    uint64_t *nexts;            /* the next offset of each partition, waiting ones included */
    struct folder_mark durable; /* copy of `written` */
    struct status failure;      /* OK until broken */
    bool stopping;
};

void evlog_local_lock(struct evlog_local *local);
void evlog_local_unlock(struct evlog_local *local);

/* Bytes of an array of offsets, one for each partition of both streams. */
size_t evlog_local_slots_size(const struct evlog_local *local);
/* Log position of the first byte of the last segment. */
uint64_t evlog_local_base(const struct evlog_local *local);

/* The log thread; `argument` is the handle. Ends when the log is broken or `stopping`. */
void *evlog_local_run(void *argument);

/* Opens a reader of the log in `path`, of which `durable` is known to be there. Its folder, files
 * and memory are its own. */
MUST_USE struct status evlog_local_reader_new(const char *path, const struct folder_io *io,
                                              enum evlog_stream stream,
                                              const struct folder_mark *durable,
                                              struct evlog_reader **reader);

#endif
