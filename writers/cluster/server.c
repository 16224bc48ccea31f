/* The thread around the steps, and what others see of it: the statuses are copied out under a lock
 * now and then, so that nobody waits for a step. */
#include "writers/cluster/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "writers/cluster/replicas.h"

enum {
    SERVER_SHOW_EVERY_US = 50 * 1000,
    SERVER_FINISH_US = 5 * 1000 * 1000, /* for what is under way at a clean stop */
};

struct server {
    struct replicas *replicas; /* the thread's */
    struct clock clock;
    pthread_t thread;
    int bell; /* rung to end */
    atomic_bool stop;
    int64_t shown_us;
    pthread_mutex_t lock; /* of what follows */
    struct replica_status *statuses;
    uint32_t statuses_count;
};

/* ---- what others see ---- */

static void server_show(struct server *server)
{
    struct replicas *replicas = server->replicas;
    pthread_mutex_lock(&server->lock);
    if (server->statuses_count != replicas->count) {
        mem_free(server->statuses);
        server->statuses = mem_zalloc(replicas->count, sizeof *server->statuses);
        server->statuses_count = replicas->count;
    }
    for (uint32_t i = 0, at = 0; i < replicas->partitions_count && at < replicas->count; i++) {
        if (replicas->by_number[i] != NULL) {
            replica_status(replicas->by_number[i], &server->statuses[at++]);
        }
    }
    pthread_mutex_unlock(&server->lock);
}

static void server_show_sometimes(struct server *server)
{
    int64_t now_us = clock_monotonic_us(&server->clock);
    if (server->replicas->items != NULL && now_us - server->shown_us >= SERVER_SHOW_EVERY_US) {
        server->shown_us = now_us;
        server_show(server);
    }
}

uint32_t server_statuses(struct server *server, struct replica_status *out, uint32_t max)
{
    pthread_mutex_lock(&server->lock);
    uint32_t count = server->statuses_count < max ? server->statuses_count : max;
    for (uint32_t i = 0; i < count; i++) {
        out[i] = server->statuses[i];
    }
    pthread_mutex_unlock(&server->lock);
    return count;
}

bool server_all_stopped(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    bool all = server->statuses_count > 0;
    for (uint32_t i = 0; i < server->statuses_count; i++) {
        all = all && server->statuses[i].state == REPLICA_STOPPED;
    }
    pthread_mutex_unlock(&server->lock);
    return all;
}

/* ---- the thread ---- */

/* Steps until nothing is under way, but not for ever. */
static void server_settle(struct server *server, int64_t until_us)
{
    struct replicas *replicas = server->replicas;
    while (replicas->session.log != NULL && !replicas_settled(replicas) &&
           clock_monotonic_us(&server->clock) < until_us) {
        if (!replicas_step(replicas)) {
            replicas_wait(replicas, -1);
        }
    }
}

/* The TICK at the end tells readers until when this log is known. */
static void server_finish(struct server *server)
{
    int64_t until_us = clock_monotonic_us(&server->clock) + SERVER_FINISH_US;
    replicas_finish(server->replicas);
    server_settle(server, until_us);
    if (server->replicas->session.log != NULL) {
        replicas_tick(server->replicas);
        server_settle(server, until_us);
    }
    replicas_flush(server->replicas);
}

static void *server_run(void *self)
{
    struct server *server = self;
    pthread_setname_np(pthread_self(), "server");
    while (!atomic_load(&server->stop)) {
        bool moved = replicas_step(server->replicas);
        server_show_sometimes(server);
        if (!moved) {
            replicas_wait(server->replicas, server->bell);
        }
    }
    server_finish(server);
    return NULL;
}

/* ---- life ---- */

static void server_free(struct server *server)
{
    replicas_close(server->replicas);
    if (server->bell >= 0) {
        close(server->bell);
    }
    pthread_mutex_destroy(&server->lock);
    mem_free(server->statuses);
    mem_free(server);
}

static struct status server_start(struct server *server, const struct server_options *options)
{
    TRY(replicas_open(options, &server->replicas));
    server->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->bell < 0 || pthread_create(&server->thread, NULL, server_run, server) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    return status_ok();
}

struct status server_open(const struct server_options *options, struct server **out)
{
    struct server *server = mem_zalloc(1, sizeof *server);
    server->clock = options->clock;
    server->bell = -1;
    pthread_mutex_init(&server->lock, NULL);
    struct status st = server_start(server, options);
    if (st.code != STATUS_OK) {
        server_free(server);
        return st;
    }
    *out = server;
    return st;
}

void server_close(struct server *server)
{
    if (server == NULL) {
        return;
    }
    atomic_store(&server->stop, true);
    eventfd_write(server->bell, 1);
    pthread_join(server->thread, NULL);
    server_free(server);
}
