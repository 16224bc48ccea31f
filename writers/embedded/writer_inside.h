/* What the files of the writer share. Its thread only. */
#ifndef WRITERS_EMBEDDED_WRITER_INSIDE_H
#define WRITERS_EMBEDDED_WRITER_INSIDE_H

#include <pthread.h>

#include "core/base/queue.h"
#include "core/model/closed_time.h"
#include "writers/decider_clock.h"
#include "writers/embedded/unconfirmed.h"
#include "writers/embedded/writer.h"

enum { WRITER_REOPEN_EVERY_US = 200 * 1000 };

struct writer {
    struct writer_options options;
    struct queue *requests;
    pthread_t thread;
    struct evlog *log;
    struct poison *poison;
    int64_t *rejections; /* by principal, see rejections.h */
    struct closed_time *closed_time;
    bool old_word; /* what it said at the start is more than a day old: no more is said before each
                      partition has been looked at */
    struct decider_clock decider_clock;
    uint32_t partitions_count;
    struct leader **leaders; /* by partition; NULL until its first command */
    struct leader **aside;   /* what they were when the log failed: their stores are still shown */
    struct unconfirmed_ring unconfirmed;
    int64_t flushed_us;
    int64_t written_us;   /* monotonic: the last time that all stores were written */
    int64_t told_us;      /* monotonic: when who watches last saw the partitions */
    struct status failed; /* why the log or a partition stopped; OK: all well */
    bool unwritten;       /* a store could not be written when it was last tried */
    uint32_t turn;        /* the partition whose dues come next */
};

/* The log failed: nobody decides on what leaders have folded any more, but what they had written is
 * shown on, until others take their places. */
void writer_set_aside(struct writer *writer);
/* Whether it is worth to open all again: not on a disk that has no room, where what is shown would
 * be lost for nothing. */
MUST_USE struct status writer_check_room(const struct writer *writer);
/* Ends what was set aside. */
void writer_drop_aside(struct writer *writer);

/* The leader of a partition can decide one thing more, and what it becomes be kept; everything
 * decided before must be appended. */
MUST_USE struct status writer_make_room(struct writer *writer, struct leader *leader);
/* Appends what the decider of a leader has just made of what is due; there must be room among what
 * is unconfirmed, and everything decided before it must be appended. */
MUST_USE struct status writer_append_elapsed(struct writer *writer, struct leader *leader,
                                             struct str record);

/* Decides what is due, by turns over partitions and their orgs, for so long; a turn at least. Gives
 * how many turns. */
MUST_USE struct status writer_elapse(struct writer *writer, int64_t budget_us, uint32_t *turns);
/* Until something is due: microseconds, at most so many. */
int64_t writer_until_due_us(struct writer *writer, int64_t most_us);
/* Whether no partition waits for its clock (leader_check_clock), or may have to. */
bool writer_clock_stands(struct writer *writer);

/* Writes what the store of a leader lacks; nothing of it may be under way. */
MUST_USE struct status writer_write(struct writer *writer, struct leader *leader);
/* Tells once of what the disk refuses, which is no failure: it is tried again, and what was
 * answered stands in the log. Any other status is given back. */
MUST_USE struct status writer_note(struct writer *writer, uint32_t number, struct status st);
/* Nothing is under way at all: the stores get all, and readers the word that nothing older comes.
 */
MUST_USE struct status writer_catch_up_stores(struct writer *writer);
/* Whether it is time to, for the sake of readers of what is shown, who do not wait for a pause. */
bool writer_show_due(const struct writer *writer);
/* The same for the sake of commands: what is due changes so much that they wait while it is
 * written. */
bool writer_changed_much(const struct writer *writer);
/* Makes what is written survive a crash, now and then. */
MUST_USE struct status writer_flush(struct writer *writer, int64_t now_us);
/* Shows partitions to who watches, now and then. */
void writer_tell_watch(struct writer *writer, int64_t now_us);
/* A TICK says that nothing older comes, and may name a state root; nothing may be under way. None
 * while the clock is not believed: what it stamps would bind whoever decides next. */
MUST_USE struct status writer_tick(struct writer *writer, struct leader *leader);
/* The clock may go back, the word that was given may not. */
int64_t writer_now(struct writer *writer);

#endif
