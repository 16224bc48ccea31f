/* The port by which keys of issuers come in: one document, asked for and taken whole. Backends:
 * fetch_curl, and in tests a table. Implementations block: they are called by a thread that has
 * nothing else to do. */
#ifndef CORE_AUTH_FETCH_H
#define CORE_AUTH_FETCH_H

#include "core/base/arena.h"

/* What came; lies in the arena. */
struct fetched {
    struct str body;
    struct str cache_control; /* the header field; empty where there was none */
};

struct fetch {
    /* `location` is "file:PATH" or an address that url_read takes. NOT_FOUND: there is no such
     * document (a 4xx answer). UNAVAILABLE: anything else than a whole answer 200 within the time.
     * RESOURCE_EXHAUSTED: it has more than `size_max` bytes. */
    struct status (*get)(void *self, struct arena *arena, struct str location, size_t size_max,
                         struct fetched *fetched);
    void *self;
};

/* How long what came stays right (RFC 9111, section 5.2.2): max-age, 0 for no-store and no-cache;
 * `otherwise_us` where the field says nothing of it. Pure. */
int64_t fetch_max_age_us(struct str cache_control, int64_t otherwise_us);

#endif
