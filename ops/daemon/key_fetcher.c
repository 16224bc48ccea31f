/* Order: the fetcher's thread posts a look each second; the look, on the server's thread, takes
 * what the cache wants and queues it; the fetcher's thread fetches it and posts what came, which
 * the server's thread puts into the cache. So the cache has one thread, and nobody waits for it. */
#include "ops/daemon/key_fetcher.h"

#include <pthread.h>

#include "core/auth/key_source.h"
#include "core/base/memory.h"
#include "core/base/queue.h"

enum { KEY_FETCHER_LOOK_US = 1000 * 1000 };
static const size_t KEY_FETCHER_ARENA_MAX = (size_t)2 << 20;

struct key_fetcher {
    struct key_fetcher_options options;
    struct rpc_server *server;
    struct queue *wanted; /* const struct issuer * */
    pthread_t thread;
    bool started;
};

/* What was fetched, on its way to the server's thread. */
struct key_fetch {
    struct key_fetcher *fetcher;
    const struct issuer *issuer;
    struct status status;
    struct arena arena;
    struct fetched fetched;
};

struct key_fetcher *key_fetcher_open(const struct key_fetcher_options *options)
{
    struct key_fetcher *fetcher = mem_zalloc(1, sizeof *fetcher);
    fetcher->options = *options;
    fetcher->wanted = queue_open(ISSUERS_MAX, sizeof(const struct issuer *));
    return fetcher;
}

/* ---- on the server's thread ---- */

void key_fetcher_look(struct key_fetcher *fetcher)
{
    const struct key_fetcher_options *own = &fetcher->options;
    const struct issuer *issuer;
    int64_t now_us = clock_monotonic_us(&own->clock);
    while ((issuer = jwks_cache_next(own->cache, now_us)) != NULL) {
        if (!queue_push(fetcher->wanted, &issuer)) {
            jwks_cache_failed(own->cache, issuer,
                              status_error(STATUS_UNAVAILABLE, "expected a fetcher that runs"));
        }
    }
}

static void key_fetcher_look_cb(void *argument)
{
    key_fetcher_look(argument);
}

static void key_fetcher_tell(const struct key_fetch *fetch, const struct status *st)
{
    struct diag_line line = diag_begin(fetch->fetcher->options.diag, DIAG_WARN, "keys_not_fetched");
    diag_str(&line, "issuer",
             fetch->issuer->name.size > 0 ? fetch->issuer->name : fetch->issuer->trust_domain);
    diag_status(&line, st);
    diag_end(&line);
}

static void key_fetcher_take(void *argument)
{
    struct key_fetch *fetch = argument;
    const struct key_fetcher_options *own = &fetch->fetcher->options;
    struct status st = fetch->status;
    if (st.code == STATUS_OK) {
        st = jwks_cache_put(own->cache, fetch->issuer, fetch->fetched.body,
                            fetch->fetched.cache_control, clock_monotonic_us(&own->clock));
    } else {
        jwks_cache_failed(own->cache, fetch->issuer, st);
    }
    if (st.code != STATUS_OK) {
        key_fetcher_tell(fetch, &st);
    }
    own->came(own->context);
    arena_release(&fetch->arena);
    mem_free(fetch);
}

/* ---- on its own ---- */

static void key_fetcher_get(struct key_fetcher *fetcher, const struct issuer *issuer)
{
    struct key_fetch *fetch = mem_zalloc(1, sizeof *fetch);
    fetch->fetcher = fetcher;
    fetch->issuer = issuer;
    arena_init(&fetch->arena, KEY_FETCHER_ARENA_MAX);
    fetch->status = key_source_get(issuer, &fetcher->options.fetch, &fetch->arena, &fetch->fetched);
    rpc_server_post(fetcher->server, key_fetcher_take, fetch);
}

static void *key_fetcher_run(void *self)
{
    struct key_fetcher *fetcher = self;
    const struct issuer *issuer;
    rpc_server_post(fetcher->server, key_fetcher_look_cb, fetcher);
    while (!queue_stopped(fetcher->wanted)) {
        if (queue_pop_wait(fetcher->wanted, &issuer, 1, KEY_FETCHER_LOOK_US) > 0) {
            key_fetcher_get(fetcher, issuer);
        } else if (!queue_stopped(fetcher->wanted)) {
            rpc_server_post(fetcher->server, key_fetcher_look_cb, fetcher);
        }
    }
    return NULL;
}

/* ---- life ---- */

struct status key_fetcher_start(struct key_fetcher *fetcher, struct rpc_server *server)
{
    fetcher->server = server;
    if (pthread_create(&fetcher->thread, NULL, key_fetcher_run, fetcher) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    fetcher->started = true;
    return status_ok();
}

void key_fetcher_stop(struct key_fetcher *fetcher)
{
    if (fetcher != NULL && fetcher->started) {
        queue_stop(fetcher->wanted);
        pthread_join(fetcher->thread, NULL);
        fetcher->started = false;
    }
}

void key_fetcher_close(struct key_fetcher *fetcher)
{
    if (fetcher != NULL) {
        key_fetcher_stop(fetcher);
        queue_close(fetcher->wanted);
        mem_free(fetcher);
    }
}
