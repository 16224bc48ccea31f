/* Every callback of libevent begins with loop_wake (what time is it) and ends with loop_settle
 * (write to the connections that it touched; when is the next timer). */
#include "core/rpc/transport/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "core/rpc/http/connection.h"
#include "core/rpc/observer.h"
#include "core/rpc/transport/link.h"
#include "core/rpc/transport/listener.h"

enum { LOOP_JOBS_AT_ONCE = 64 };

void loop_wake(struct loop *loop)
{
    loop->host->now_us = clock_monotonic_us(&loop->clock);
}

static void loop_set_timer(struct loop *loop)
{
    int64_t at_us = rpc_timers_next_us(&loop->host->timers);
    if (at_us == loop->timer_at_us) {
        return;
    }
    loop->timer_at_us = at_us;
    if (at_us == INT64_MAX) {
        event_del(loop->timer);
        return;
    }
    int64_t wait_us = at_us > loop->host->now_us ? at_us - loop->host->now_us : 0;
    struct timeval wait = { wait_us / RPC_SECOND_US, wait_us % RPC_SECOND_US };
    event_add(loop->timer, &wait);
}

static void loop_tell_moved(struct loop *loop)
{
    const struct rpc_observer *observer = loop->host->observer;
    if (observer != NULL && observer->moved != NULL && (loop->received > 0 || loop->sent > 0)) {
        observer->moved(observer->self, loop->received, loop->sent);
    }
    loop->received = loop->sent = 0;
}

void loop_settle(struct loop *loop)
{
    struct connection *connection;
    while ((connection = rpc_host_next_touched(loop->host)) != NULL) {
        link_flush(connection->shell);
    }
    loop_tell_moved(loop);
    loop_set_timer(loop);
    if (loop->leaving && loop->links == 0 && loop->host->calls_count == 0) {
        event_base_loopbreak(loop->base);
    }
}

static void loop_on_timer(evutil_socket_t fd, short what, void *user)
{
    (void)fd;
    (void)what;
    struct loop *loop = user;
    loop_wake(loop);
    loop->timer_at_us = -1;
    rpc_timers_fire(&loop->host->timers, loop->host->now_us);
    listener_retry(loop->listeners);
    loop_settle(loop);
}

static void loop_on_jobs(evutil_socket_t fd, short what, void *user)
{
    (void)fd;
    (void)what;
    struct loop *loop = user;
    struct loop_job jobs[LOOP_JOBS_AT_ONCE];
    loop_wake(loop);
    uint32_t count = queue_pop(loop->jobs, jobs, LOOP_JOBS_AT_ONCE);
    for (uint32_t i = 0; i < count; i++) {
        jobs[i].run(jobs[i].argument);
    }
    loop_settle(loop);
}

/* select and poll are not for thousands of sockets. */
static struct event_base *loop_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    if (config != NULL) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        event_config_require_features(config, EV_FEATURE_O1);
        base = event_base_new_with_config(config);
        event_config_free(config);
    }
    return base;
}

struct status loop_open(struct loop *loop, struct rpc_host *host)
{
    int descriptor = -1;
    *loop = (struct loop){ .host = host, .clock = clock_real(), .timer_at_us = INT64_MAX };
    loop->jobs = queue_open(RPC_POSTS_MAX, sizeof(struct loop_job));
    TRY(queue_descriptor(loop->jobs, &descriptor));
    loop->base = loop_base();
    if (loop->base != NULL) {
        loop->timer = event_new(loop->base, -1, 0, loop_on_timer, loop);
        loop->posts = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, loop_on_jobs, loop);
    }
    if (loop->timer == NULL || loop->posts == NULL || event_add(loop->posts, NULL) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected an event loop: %s", strerror(errno));
    }
    loop_wake(loop);
    return status_ok();
}

void loop_close(struct loop *loop)
{
    listener_close_all(loop);
    if (loop->timer != NULL) {
        event_free(loop->timer);
    }
    if (loop->posts != NULL) {
        event_free(loop->posts);
    }
    if (loop->base != NULL) {
        event_base_free(loop->base);
    }
    queue_close(loop->jobs);
    buf_release(&loop->scratch);
    *loop = (struct loop){ 0 };
}

void loop_run(struct loop *loop)
{
    loop_wake(loop);
    loop_settle(loop);
    event_base_dispatch(loop->base);
    event_base_loop(loop->base, EVLOOP_NONBLOCK); /* it closes what was freed in its last turn */
}

void loop_leave(struct loop *loop)
{
    loop->leaving = true;
}

void loop_close_links(struct loop *loop)
{
    while (loop->first_link != NULL) {
        link_close(loop->first_link);
    }
}

void loop_post(struct loop *loop, void (*run)(void *argument), void *argument)
{
    struct loop_job job = { run, argument };
    queue_push_wait(loop->jobs, &job, -1);
}
