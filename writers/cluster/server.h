/* The writer on a log that others may write, too: one thread that follows partitions, takes over
 * those that nobody serves, decides what lies in their commands and answers in their decisions.
 * What it cannot decide becomes a dead letter. Behind the log it writes the stores.
 *
 * Commands come over the log alone: whoever may produce to it asks. */
#ifndef WRITERS_CLUSTER_SERVER_H
#define WRITERS_CLUSTER_SERVER_H

#include "writers/cluster/options.h"

struct server;

/* Starts the writer: its thread opens the log and the stores, and goes on trying. Gives it; copies
 * nothing of the options but the struct and the list of partitions. UNAVAILABLE: no thread, or the
 * folder cannot be made. */
MUST_USE struct status server_open(const struct server_options *options, struct server **server);
/* Takes no more commands, waits for what is under way (a few seconds at most), writes all, and
 * ends. NULL is fine. */
void server_close(struct server *server);

/* The partitions that it follows, in the order of their numbers; gives how many (at most `max`).
 * None before the log was opened once. Any thread. */
uint32_t server_statuses(struct server *server, struct replica_status *out, uint32_t max);
/* Serves nothing any more: every partition is STOPPED. Any thread. */
bool server_all_stopped(struct server *server);

#endif
