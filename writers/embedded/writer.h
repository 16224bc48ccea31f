/* The writer: takes commands from any thread, decides them in one thread of its own, appends each
 * with its decision, and answers when the log has both. Behind the log it writes the stores. */
#ifndef WRITERS_EMBEDDED_WRITER_H
#define WRITERS_EMBEDDED_WRITER_H

#include "core/base/clock.h"
#include "core/evlog/opener.h"
#include "writers/request.h"
#include "writers/watch.h"

/* Commands that may wait; above it submit answers RESOURCE_EXHAUSTED: try again soon. */
enum { WRITER_QUEUE_MAX = 16384 };

struct writer_options {
    struct evlog_opener opener;     /* used at the start and again after a failed write */
    struct evlog_reporter reporter; /* of a store that was rebuilt or cannot be written (its
                                       number), a broken log (EVLOG_ALL) */
    const char *stores;             /* folder of the stores; made if missing */
    struct clock clock;
    bool accept_clock;        /* it may leap ahead: see decider_clock.h */
    bool timed;               /* decides what is due in all orgs, too, not only before commands */
    struct str configuration; /* a DecidingConfiguration, packed; borrowed until close */
    struct shelf *shelf;      /* NULL, or where the stores of all partitions are shown to other
                                 threads, from the start on; borrowed until close */
    const struct writer_watch *watch; /* borrowed; NULL: nobody */
    uint64_t process; /* what the ids of leaders begin with, as those of a cluster; 0: anything */
};

struct writer;

/* Starts the writer. Partitions are opened when their first command comes, or at once where they
 * are shown. Gives it. Statuses of the opener. */
MUST_USE struct status writer_open(const struct writer_options *options, struct writer **writer);
/* Decides what was taken, writes all, and ends. NULL is fine. Gives why the log or a partition
 * failed, if one did: every command was told in its answer. A store that cannot be written is no
 * failure: it is folded again. */
MUST_USE struct status writer_close(struct writer *writer);

/* Takes a command, as submit.h has it. `done` is called in the writer's thread. */
MUST_USE struct status writer_submit(struct writer *writer, const struct submit_command *command,
                                     submit_done *done, void *context);
/* The same as a port; valid until the writer is closed. */
struct submit writer_port(struct writer *writer);
/* The partition of an org. */
uint32_t writer_partition(const struct writer *writer, struct str org_id);

#endif
