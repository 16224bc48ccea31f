/* The log as all partitions of a process use it: one handle, a reader of each stream, and what is
 * under way. Any failure breaks it as a whole: it is closed and opened again. One thread. */
#ifndef WRITERS_CLUSTER_SESSION_H
#define WRITERS_CLUSTER_SESSION_H

#include "core/base/buf.h"
#include "core/evlog/evlog.h"

/* A record under way: what its completion is about. */
struct pending_append {
    uint32_t partition;
    uint32_t generation; /* of whoever appended it: he has forgotten those of older ones */
    uint64_t epoch;
    uint64_t sequence; /* 0: a dead letter */
};

struct session_append {
    struct pending_append append;
    size_t size;
    uint32_t next_free;
};

struct session {
    struct evlog *log; /* NULL: closed */
    struct evlog_reader *decisions;
    struct evlog_reader *commands;
    struct status failure; /* why it must be closed; OK: it works */
    struct buf bytes;      /* of what was appended since the last flush: keys and values */
    struct evlog_item *items;
    size_t items_count;
    struct session_append *pending;
    uint32_t pending_count;
    size_t pending_size;   /* bytes under way */
    uint32_t pending_free; /* the first that is free */
};

void session_init(struct session *session);
/* Closes it, too. */
void session_release(struct session *session);
/* Opens readers on a handle that it takes; nothing is under way. UNAVAILABLE: it is closed. */
MUST_USE struct status session_open(struct session *session, struct evlog *log);
/* Forgets all that is under way. A closed one is fine. */
void session_close(struct session *session);

/* Whether one record more may go under way. */
bool session_has_room(const struct session *session);
/* Appends a record (copied), whose token is the session's, at the next flush. There must be room.
 */
void session_append(struct session *session, const struct evlog_item *item,
                    const struct pending_append *append);
/* Hands to the log what was appended: all of a step at once makes larger batches than one by one,
 * without waiting for more. */
void session_flush(struct session *session);
/* Gives up to `max` completions; those of one partition in order. UNAVAILABLE: broken, be it
 * because the fate of a record is unknown. */
struct session_done {
    struct pending_append append;
    uint64_t offset;
};
MUST_USE struct status session_poll(struct session *session, struct session_done *out, size_t max,
                                    size_t *count);
/* Follows a partition from an offset on. UNAVAILABLE: broken. */
MUST_USE struct status session_seek(struct session *session, struct evlog_reader *reader,
                                    uint32_t partition, uint64_t offset);
/* UNAVAILABLE: broken. */
MUST_USE struct status session_range(struct session *session, enum evlog_stream stream,
                                     uint32_t partition, uint64_t *begin, uint64_t *end);
/* Breaks it: `failure` says why, unless it was broken before. */
void session_break(struct session *session, struct status why);

#endif
