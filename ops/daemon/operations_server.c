#include "ops/daemon/operations_server.h"

#include "core/base/memory.h"
#include "ops/daemon/listen_address.h"

/* Who watches is one program, or a few. */
enum { OPERATIONS_CONNECTIONS_MAX = 64 };

struct operations_server {
    struct rpc_server *rpc;
};

static void operations_say(struct diag *diag, const struct listen_address *address, uint16_t port)
{
    char text[LISTEN_ADDRESS_TEXT_SIZE];
    struct diag_line line = diag_begin(diag, DIAG_INFO, "serving_operations");
    diag_str(&line, "address", listen_address_text(address, port, text));
    diag_end(&line);
}

static struct status operations_listen(struct operations_server *server, struct str text,
                                       struct arena *arena, struct diag *diag)
{
    struct listen_addresses addresses;
    TRY(listen_addresses_parse(text, arena, &addresses));
    for (size_t i = 0; i < addresses.count; i++) {
        const struct listen_address *address = &addresses.items[i];
        struct rpc_listen listen = { .address = address->host, .port = address->port };
        uint16_t port;
        TRY(rpc_server_listen(server->rpc, &listen, &port));
        operations_say(diag, address, port);
    }
    return status_ok();
}

static struct status operations_start(struct operations_server *server,
                                      const struct daemon_options *options,
                                      struct telemetry *telemetry, struct arena *arena,
                                      struct diag *diag)
{
    struct rpc_server_options rpc = { .connections_max = OPERATIONS_CONNECTIONS_MAX };
    TRY(rpc_server_open(&rpc, &server->rpc));
    TRY(telemetry_add_views(telemetry, server->rpc, true));
    TRY(operations_listen(server, options->operations_listen, arena, diag));
    return rpc_server_start(server->rpc);
}

struct status operations_server_open(const struct daemon_options *options,
                                     struct telemetry *telemetry, struct arena *arena,
                                     struct diag *diag, struct operations_server **out)
{
    *out = NULL;
    if (options->operations_listen.size == 0) {
        return status_ok();
    }
    struct operations_server *server = mem_zalloc(1, sizeof *server);
    struct status st = operations_start(server, options, telemetry, arena, diag);
    if (st.code != STATUS_OK) {
        operations_server_close(server);
        return status_prefix(st, "operations-listen");
    }
    *out = server;
    return st;
}

void operations_server_close(struct operations_server *server)
{
    if (server != NULL) {
        rpc_server_close(server->rpc);
        mem_free(server);
    }
}
