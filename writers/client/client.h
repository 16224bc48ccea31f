/* The client: takes commands over a log that others decide, and brings their answers back. One
 * thread appends them to the commands and reads outcomes and dead letters of their partitions.
 * What may not have reached the log, or gets no answer, is sent again, the same bytes: who decides
 * tells repeats. */
#ifndef WRITERS_CLIENT_CLIENT_H
#define WRITERS_CLIENT_CLIENT_H

#include "core/base/clock.h"
#include "core/evlog/opener.h"
#include "writers/request.h"

struct client_options {
    struct evlog_opener opener; /* used at the start and again whenever the log broke */
    struct evlog_reporter reporter;
    struct clock clock;
    int64_t timeout_us; /* a command so long without an answer is answered UNAVAILABLE */
    /* So long without an answer it looks whether the log was closed: then the answer is
     * FAILED_PRECONDITION. After twice that time again the command is sent once more, then after
     * four times, and so on, up to a minute. */
    int64_t patience_us;
};

struct client;

/* Opens the log and starts the thread. Gives it. Statuses of the opener. */
MUST_USE struct status client_open(const struct client_options *options, struct client **client);
/* Waits for all answers, or their time-outs. NULL is fine. */
void client_close(struct client *client);

/* Who the log is. */
const struct evlog_identity *client_identity(const struct client *client);

/* Takes a command, as submit.h has it. `done` is called in the client's thread. */
MUST_USE struct status client_submit(struct client *client, const struct submit_command *command,
                                     submit_done *done, void *context);
/* The same as a port; valid until the client is closed. */
struct submit client_port(struct client *client);

#endif
