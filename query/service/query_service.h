/* The services Query, Entities and Watch: questions over the network of whom the server's gate has
 * let in, answered by worker threads from the stores that others of this process show.
 *
 * A question about a moment that the stores have not reached waits for them a little (`at_least` a
 * decision that was just made, `as_of` a moment ago), then it is UNAVAILABLE. */
#ifndef QUERY_SERVICE_QUERY_SERVICE_H
#define QUERY_SERVICE_QUERY_SERVICE_H

#include "core/base/hmap.h"
#include "core/rpc/server.h"
#include "query/question.h"
#include "query/service/workers.h"

struct query_service_options {
    struct rpc_server *server;
    struct shelf *shelf;
    uint32_t partitions_count;
    struct clock clock;
    const struct keyring *keyring; /* opens profiles; NULL: none */
    uint32_t threads;
};

struct watch;

struct query_service {
    struct query_service_options options;
    struct workers *workers;
    struct arena arena;    /* of what follows */
    struct hmap questions; /* struct question by its method's whole name */
    struct watch *watches; /* streams that wait for something to happen */
};

/* Adds the services to the server, before its start. Borrows all; the service must live and stay
 * in place until the server is stopped. UNAVAILABLE: no more threads. Statuses of rpc_server_add.
 */
MUST_USE struct status query_service_add(struct query_service *service,
                                         const struct query_service_options *options);
/* When the server is stopped, before what is shown is taken away for good. A zeroed one is fine. */
void query_service_release(struct query_service *service);

#endif
