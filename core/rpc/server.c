/* Host, registry and loop in one thread. Before the start and after the stop the caller's thread
 * owns them, in between only the server's. */
#include "core/rpc/server.h"

#include <pthread.h>

#include "core/base/memory.h"
#include "core/rpc/health.h"
#include "core/rpc/reflection.h"
#include "core/rpc/transport/listener.h"

struct rpc_server {
    struct rpc_registry registry;
    struct rpc_host host;
    struct loop loop;
    struct health health;
    bool has_health;
    pthread_t thread;
    bool started;
    int64_t patience_us;
    struct rpc_timer patience; /* when it ends, everything is closed */
};

static struct status server_check(const struct rpc_server_options *options)
{
    if (options->message_size_max > RPC_MESSAGE_SIZE_MAX || options->connection_age_s_max < 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected messages of at most %d bytes and an age from 0",
                            RPC_MESSAGE_SIZE_MAX);
    }
    return status_ok();
}

/* What every server may offer besides its own services. */
static struct status server_add_common(struct rpc_server *server,
                                       const struct rpc_server_options *options)
{
    if (options->descriptors.size > 0) {
        TRY(descriptors_open(&server->registry.descriptors, options->descriptors));
        TRY(reflection_add(&server->registry));
    }
    server->has_health = options->health;
    return options->health ? health_add(&server->health, &server->registry) : status_ok();
}

struct status rpc_server_open(const struct rpc_server_options *options, struct rpc_server **out)
{
    TRY(server_check(options));
    struct rpc_server *server = mem_zalloc(1, sizeof *server);
    rpc_registry_init(&server->registry);
    rpc_host_init(&server->host, &server->registry);
    if (options->message_size_max > 0) {
        server->host.message_size_max = options->message_size_max;
    }
    server->host.age_us_max = options->connection_age_s_max * RPC_SECOND_US;
    server->host.observer = options->observer;
    server->host.gate = options->gate;
    struct status st = loop_open(&server->loop, &server->host);
    server->loop.links_max =
        options->connections_max > 0 ? options->connections_max : RPC_CONNECTIONS_DEFAULT;
    if (st.code == STATUS_OK) {
        st = server_add_common(server, options);
    }
    if (st.code != STATUS_OK) {
        rpc_server_close(server);
        server = NULL;
    }
    *out = server;
    return st;
}

struct status rpc_server_add(struct rpc_server *server, const struct rpc_service *service)
{
    assert(!server->started);
    return rpc_registry_add(&server->registry, service);
}

struct status rpc_server_add_page(struct rpc_server *server, const struct rpc_page *page)
{
    assert(!server->started);
    return rpc_registry_add_page(&server->registry, page);
}

struct status rpc_server_add_view(struct rpc_server *server, const struct rpc_view *view)
{
    assert(!server->started);
    return rpc_registry_add_view(&server->registry, view);
}

struct status rpc_server_add_route(struct rpc_server *server, const struct rpc_route *route)
{
    assert(!server->started);
    return rpc_registry_add_route(&server->registry, route);
}

struct status rpc_server_listen(struct rpc_server *server, const struct rpc_listen *listen,
                                uint16_t *port)
{
    assert(!server->started);
    return listener_open(&server->loop, listen, port);
}

static void *server_run(void *argument)
{
    struct rpc_server *server = argument;
    loop_run(&server->loop);
    return NULL;
}

struct status rpc_server_start(struct rpc_server *server)
{
    assert(!server->started);
    if (pthread_create(&server->thread, NULL, server_run, server) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    server->started = true;
    return status_ok();
}

void rpc_server_post(struct rpc_server *server, void (*run)(void *argument), void *argument)
{
    loop_post(&server->loop, run, argument);
}

struct server_serving {
    struct rpc_server *server;
    bool serving;
    char service[];
};

static void server_set_serving(void *argument)
{
    struct server_serving *job = argument;
    if (job->server->has_health) {
        health_set(&job->server->health, str_z(job->service), job->serving);
    }
    mem_free(job);
}

void rpc_server_set_serving(struct rpc_server *server, const char *service, bool serving)
{
    struct server_serving *job = mem_alloc(sizeof *job + strlen(service) + 1);
    job->server = server;
    job->serving = serving;
    memcpy(job->service, service, strlen(service) + 1);
    if (server->started) {
        loop_post(&server->loop, server_set_serving, job);
    } else {
        server_set_serving(job);
    }
}

static void server_out_of_patience(struct rpc_timer *timer, int64_t now_us)
{
    (void)now_us;
    struct rpc_server *server =
        (struct rpc_server *)(void *)((char *)timer - offsetof(struct rpc_server, patience));
    loop_close_links(&server->loop);
}

static void server_leave(void *argument)
{
    struct rpc_server *server = argument;
    if (server->has_health) {
        health_set_none(&server->health);
    }
    listener_close_all(&server->loop);
    rpc_host_drain(&server->host);
    loop_leave(&server->loop);
    server->patience.fire = server_out_of_patience;
    rpc_timer_set(&server->host.timers, &server->patience,
                  server->host.now_us + server->patience_us);
}

void rpc_server_stop(struct rpc_server *server, int64_t patience_ms)
{
    if (server != NULL && server->started) {
        server->patience_us = patience_ms * 1000;
        loop_post(&server->loop, server_leave, server);
        pthread_join(server->thread, NULL);
        server->started = false;
    }
}

void rpc_server_close(struct rpc_server *server)
{
    if (server == NULL) {
        return;
    }
    rpc_server_stop(server, 0);
    loop_close(&server->loop);
    rpc_host_release(&server->host);
    rpc_registry_release(&server->registry);
    mem_free(server);
}
