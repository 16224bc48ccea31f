/* Fetches the keys of issuers in a thread of its own, for a cache that belongs to the server's. */
#ifndef OPS_DAEMON_KEY_FETCHER_H
#define OPS_DAEMON_KEY_FETCHER_H

#include "core/auth/fetch.h"
#include "core/auth/jwks_cache.h"
#include "core/base/clock.h"
#include "core/base/diag.h"
#include "core/rpc/server.h"

struct key_fetcher_options {
    struct jwks_cache *cache; /* of the server's thread; borrowed, with all else */
    struct fetch fetch;       /* of the fetcher's thread */
    struct clock clock;
    struct diag *diag;
    void (*came)(void *context); /* on the server's thread: some were fetched, or could not be */
    void *context;
};

struct key_fetcher;

/* Gives it; nothing is fetched before the start. */
struct key_fetcher *key_fetcher_open(const struct key_fetcher_options *options);
/* The server runs: all keys are fetched, and again when they are due. UNAVAILABLE: no thread. */
MUST_USE struct status key_fetcher_start(struct key_fetcher *fetcher, struct rpc_server *server);
/* Before the server is stopped; waits for the fetch that is under way. NULL is fine. */
void key_fetcher_stop(struct key_fetcher *fetcher);
/* NULL is fine. */
void key_fetcher_close(struct key_fetcher *fetcher);

/* There may be something to fetch. On the server's thread. */
void key_fetcher_look(struct key_fetcher *fetcher);

#endif
