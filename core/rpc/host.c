#include "core/rpc/host.h"

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/rpc/call_inside.h"
#include "core/rpc/http/connection.h"

enum { HOST_WIPE_US = 100 * 1000 };

/* Libraries of compression keep what they have seen: nothing but freeing them wipes it. */
static void rpc_host_wipe(struct rpc_timer *timer, int64_t now_us)
{
    struct rpc_host *host =
        (struct rpc_host *)(void *)((char *)timer - offsetof(struct rpc_host, wipe));
    (void)now_us;
    compressor_release(&host->compressor);
    buf_clear(&host->scratch);
    mem_wipe_stack();
}

void rpc_host_init(struct rpc_host *host, struct rpc_registry *registry)
{
    *host = (struct rpc_host){ .registry = registry, .message_size_max = RPC_MESSAGE_SIZE_DEFAULT };
    random_bytes(&host->random, sizeof host->random);
    host->wipe.fire = rpc_host_wipe;
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
    rpc_timer_unset(&host->timers, &host->wipe);
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

void rpc_host_wipe_soon(struct rpc_host *host)
{
    if (host->wipe.place == 0) {
        rpc_timer_set(&host->timers, &host->wipe, host->now_us + HOST_WIPE_US);
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
