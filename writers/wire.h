/* The log as all partitions of a process use it: one handle, a reader of each stream, and what is
 * under way. Any failure breaks it as a whole: it is closed and opened again. One thread. */
#ifndef WRITERS_WIRE_H
#define WRITERS_WIRE_H

#include "core/base/buf.h"
#include "core/evlog/evlog.h"

/* A record under way: what its completion is about. */
struct flight {
    uint32_t partition;
    uint32_t generation; /* of whoever appended it: he has forgotten those of older ones */
    uint64_t epoch;
    uint64_t sequence; /* 0: one of the rejected */
};

struct wire_flight {
    struct flight flight;
    size_t size;
    uint32_t next_free;
};

struct wire {
    struct evlog *log; /* NULL: closed */
    struct evlog_reader *decisions;
    struct evlog_reader *commands;
    struct status failure; /* why it must be closed; OK: it works */
    struct buf bytes;      /* of what was appended since the last flush: keys and values */
    struct evlog_item *items;
    size_t items_count;
    struct wire_flight *flights;
    uint32_t flights_count;
    size_t flights_size;   /* bytes under way */
    uint32_t flights_free; /* the first that is free */
};

void wire_init(struct wire *wire);
/* Closes it, too. */
void wire_release(struct wire *wire);
/* Opens readers on a handle that it takes; nothing is under way. UNAVAILABLE: it is closed. */
MUST_USE struct status wire_open(struct wire *wire, struct evlog *log);
/* Forgets all that is under way. A closed one is fine. */
void wire_close(struct wire *wire);

/* Whether one record more may go under way. */
bool wire_has_room(const struct wire *wire);
/* Appends a record (copied), whose token is the wire's, at the next flush. There must be room. */
void wire_append(struct wire *wire, const struct evlog_item *item, const struct flight *flight);
/* Hands to the log what was appended: all of a step at once makes larger batches than one by one,
 * without waiting for more. */
void wire_flush(struct wire *wire);
/* Gives up to `max` completions; those of one partition in order. UNAVAILABLE: broken, be it
 * because the fate of a record is unknown. */
struct wire_done {
    struct flight flight;
    uint64_t offset;
};
MUST_USE struct status wire_poll(struct wire *wire, struct wire_done *out, size_t max,
                                 size_t *count);
/* Follows a partition from an offset on. UNAVAILABLE: broken. */
MUST_USE struct status wire_seek(struct wire *wire, struct evlog_reader *reader, uint32_t partition,
                                 uint64_t offset);
/* UNAVAILABLE: broken. */
MUST_USE struct status wire_range(struct wire *wire, enum evlog_stream stream, uint32_t partition,
                                  uint64_t *begin, uint64_t *end);
/* Breaks it: `failure` says why, unless it was broken before. */
void wire_break(struct wire *wire, struct status why);

#endif
