/* The event loop of a server: its timers, its jobs from other threads, and whom it has to write to.
 * One thread runs it; connections never leave it. */
#ifndef CORE_RPC_TRANSPORT_LOOP_H
#define CORE_RPC_TRANSPORT_LOOP_H

#include "core/base/clock.h"
#include "core/base/queue.h"
#include "core/rpc/host.h"

struct event;
struct event_base;
struct link;
struct listener;

struct loop_job {
    void (*run)(void *argument);
    void *argument;
};

struct loop {
    struct event_base *base;
    struct event *timer;
    struct event *posts;
    struct queue *jobs;
    struct rpc_host *host;
    struct clock clock;
    int64_t timer_at_us; /* what the timer is set to */
    struct buf scratch;
    size_t received, sent; /* bytes that the observer has not heard of */
    unsigned handshakes;   /* TLS connections that are not yet one */
    struct link *first_link;
    size_t links; /* sockets, also those in the handshake or lingering */
    size_t links_max;
    bool leaving; /* ends when nothing is left */
    struct listener *listeners;
};

/* Borrows `host`. UNAVAILABLE when the system has no descriptors left. */
MUST_USE struct status loop_open(struct loop *loop, struct rpc_host *host);
void loop_close(struct loop *loop);

/* Runs until loop_leave. */
void loop_run(struct loop *loop);
/* The loop ends when no connection is left. The loop's thread only. */
void loop_leave(struct loop *loop);
/* Closes all sockets, whatever is under way. The loop's thread only. */
void loop_close_links(struct loop *loop);
/* Hands a job to the loop; waits while its queue is full. Any thread but its own. */
void loop_post(struct loop *loop, void (*run)(void *argument), void *argument);

/* For its own parts: time has passed, something comes. */
void loop_wake(struct loop *loop);
/* Writes what there is, sets the timer. At the end of each callback. */
void loop_settle(struct loop *loop);

#endif
