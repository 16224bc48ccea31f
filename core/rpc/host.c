#include "core/rpc/host.h"

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/rpc/call_inside.h"
#include "core/rpc/http/connection.h"

void rpc_host_init(struct rpc_host *host, struct rpc_registry *registry)
{
    *host = (struct rpc_host){ .registry = registry, .message_size_max = RPC_MESSAGE_SIZE_DEFAULT };
    random_bytes(&host->random, sizeof host->random);
    compressor_init(&host->compressor);
}

void rpc_host_release(struct rpc_host *host)
{
    assert(host->connections == NULL);
    assert(host->calls_count == 0);
    while (host->spare_exchanges != NULL) {
        struct exchange *exchange = host->spare_exchanges;
        host->spare_exchanges = exchange->next;
        arena_release(&exchange->arena);
        mem_free(exchange);
    }
    rpc_call_free_spares(host);
    compressor_release(&host->compressor);
    buf_release(&host->scratch);
    rpc_timers_release(&host->timers);
}

/* Calls that wait for events would never end, so their clients are sent elsewhere at once; others
 * may finish. */
void rpc_host_drain(struct rpc_host *host)
{
    host->draining = true;
    struct connection *next;
    for (struct connection *connection = host->connections; connection != NULL; connection = next) {
        next = connection->next;
        connection_drain(connection, false);
        rpc_call_drain(connection);
    }
}

struct connection *rpc_host_next_touched(struct rpc_host *host)
{
    struct connection *connection = host->touched;
    if (connection != NULL) {
        host->touched = connection->touched_next;
        connection->touched_next = NULL;
    }
    return connection;
}
