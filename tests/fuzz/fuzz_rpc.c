/* A connection of core/rpc from any bytes, in memory. The first byte says in which pieces the
 * others come and when time passes; the second what they stand behind: nothing, or the begin of
 * HTTP/2. However it ends, nothing is left. */
#include <stdlib.h>

#include "core/rpc/http/connection.h"
#include "core/rpc/registry.h"
#include "tests/lib/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        abort();
    }
}

static void open_registry(struct rpc_registry *registry, struct library *library)
{
    static const struct rpc_page page = { "/", "text/plain", { "hello\n", 6 } };
    struct rpc_service service = library_service(library);
    rpc_registry_init(registry);
    check(rpc_registry_add(registry, &service));
    check(rpc_registry_add_page(registry, &page));
    for (size_t i = 0; i < library_routes_count; i++) {
        check(rpc_registry_add_route(registry, &library_routes[i]));
    }
}

static void settle(struct rpc_host *host, struct connection *connection)
{
    struct buf out = { 0 };
    connection_output(connection, &out, RPC_OUTPUT_MAX);
    connection_written(connection, 0);
    while (rpc_host_next_touched(host) != NULL) {
    }
    connection->touched = false;
    buf_release(&out);
}

/* Gives what was not taken again, with more, as the transport does. */
static void play(struct rpc_host *host, struct connection *connection, struct str bytes,
                 size_t piece)
{
    size_t offered = 0;
    while (offered < bytes.size && !connection_over(connection)) {
        size_t more = piece < bytes.size - offered ? piece : bytes.size - offered;
        offered += more;
        struct str now = { bytes.data, offered };
        for (size_t taken = 1; taken > 0 && now.size > 0 && !connection_over(connection);) {
            taken = connection_receive(connection, now);
            settle(host, connection);
            now = str_from(now, taken);
        }
        bytes = str_from(bytes, offered - now.size);
        offered = now.size;
        host->now_us += 100000;
        rpc_timers_fire(&host->timers, host->now_us);
        if (more == 0) {
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpc_registry registry;
    struct rpc_host host;
    struct library library = { 0 };
    struct rpc_peer peer = { .address = "fuzz" };
    struct buf bytes = { 0 };
    if (size < 2) {
        return 0;
    }
    open_registry(&registry, &library);
    rpc_host_init(&host, &registry);
    struct connection *connection = connection_open(&host, &peer, &host);
    if ((data[1] & 1) != 0) {
        buf_append(&bytes, str_make(preface, sizeof preface - 1));
    }
    buf_append(&bytes, str_make(data + 2, size - 2));
    play(&host, connection, buf_str(&bytes), data[0] == 0 ? SIZE_MAX : data[0]);
    if ((data[1] & 2) != 0) {
        rpc_host_drain(&host);
        settle(&host, connection);
    }
    connection_close(connection);
    rpc_host_release(&host); /* asserts that no call is left */
    rpc_registry_release(&registry);
    buf_release(&bytes);
    return 0;
}
