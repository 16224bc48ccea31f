/* The files of a local log: segments of frames, named by the log position of their first byte, and
 * the mark, which says how much is durable. Several processes may open one folder; only the holder
 * of its lock writes. */
#ifndef CORE_EVLOG_FOLDER_H
#define CORE_EVLOG_FOLDER_H

#include <sys/types.h>

#include "core/base/memory.h"
#include "core/evlog/evlog.h"
#include "core/evlog/record.h"

/* The operating system's part that tests make fail. */
struct folder_io {
    ssize_t (*write)(const struct folder_io *io, int file, const char *bytes, size_t size,
                     uint64_t at);                     /* as pwrite */
    int (*sync)(const struct folder_io *io, int file); /* as fdatasync */
};

/* The file beside the segments of a draft. */
#define FOLDER_DRAFT "draft"

/* The real one. */
extern const struct folder_io folder_io_system;

struct folder_segment {
    uint64_t base;    /* log position of the file's first byte; the header comes first */
    uint64_t *starts; /* the next offset of each partition where the segment begins, both streams */
};

struct folder {
    int directory;
    const struct folder_io *io;
    struct evlog_identity identity;
    struct folder_segment *segments; /* in order of base; at least one */
    size_t segments_count;
    char *path;
    bool draft; /* a copy of another log, not finished yet */
};

/* What is durable: all frames before `position`, and so all records before `ends`. */
struct folder_mark {
    uint64_t position;
    uint64_t *ends; /* both streams, as folder_slot says */
};

/* Where a partition stands in `starts` and `ends`. */
static inline size_t folder_slot(const struct folder *folder, enum evlog_stream stream,
                                 uint32_t partition)
{
    return (size_t)stream * folder->identity.partitions_count + partition;
}

static inline size_t folder_slots_count(const struct folder *folder)
{
    return (size_t)EVLOG_STREAMS_KEPT * folder->identity.partitions_count;
}

/* Bytes of a segment before its first frame. */
uint64_t folder_header_size(const struct folder *folder);

/* Makes a log, or the draft of one, in `path` (made when absent). ALREADY_EXISTS: there is one.
 * FAILED_PRECONDITION: another process holds its lock, or a draft was begun where a log is wanted.
 * UNAVAILABLE. */
MUST_USE struct status folder_create(const char *path, const struct evlog_identity *identity,
                                     bool draft);
/* A draft is a log from now on, durably; a log already is one. UNAVAILABLE. */
MUST_USE struct status folder_finish(const struct folder *folder);
/* Opens the log in `path`; borrows `io`. NOT_FOUND: there is none. DATA_LOSS: a segment's header is
 * damaged; the message names the file and what it holds. UNAVAILABLE. Release it in any case. */
MUST_USE struct status folder_open(const char *path, const struct folder_io *io,
                                   struct folder *folder);
/* After folder_open has found `damage`: removes the last segment if its file ends within its
 * header, so that nothing in it can be read, and reads on; for a person who gives that up. Any
 * other damage is given back. FAILED_PRECONDITION as folder_lock; UNAVAILABLE. */
MUST_USE struct status folder_drop_cut(struct folder *folder, struct status damage);
void folder_release(struct folder *folder);
/* Looks for segments made since. Same failures as folder_open. */
MUST_USE struct status folder_refresh(struct folder *folder);

/* Takes the writer's lock, held until *lock is closed. FAILED_PRECONDITION names the holder. */
MUST_USE struct status folder_lock(const struct folder *folder, int *lock);

/* Opens a segment's file; close *file. UNAVAILABLE. */
MUST_USE struct status folder_segment_open(const struct folder *folder, size_t index, bool writable,
                                           int *file);
/* Begins a new segment at `base`, durably, and appends it to the list. UNAVAILABLE. */
MUST_USE struct status folder_segment_add(struct folder *folder, uint64_t base,
                                          const uint64_t *starts);
/* Removes what a crash left half made. For the holder of the lock. */
void folder_clean(const struct folder *folder);

/* Opens the mark's file; close *file. */
MUST_USE struct status folder_mark_open(const struct folder *folder, bool writable, int *file);
/* Reads the mark into `mark`, whose ends the caller made. False when it is damaged. */
bool folder_mark_read(const struct folder *folder, int file, struct folder_mark *mark);
/* Writes the mark; UNAVAILABLE. Not synced: it may be behind after a loss of power. */
MUST_USE struct status folder_mark_write(const struct folder *folder, int file,
                                         const struct folder_mark *mark);

/* UNAVAILABLE with the system's reason: "cannot write 'log/mark': no space left on device". */
MUST_USE struct status folder_error(const struct folder *folder, const char *verb,
                                    const char *name);

#endif
