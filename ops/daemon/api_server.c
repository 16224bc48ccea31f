/* Composition. The socket is at DIR/api.sock, which its owner alone can open. An address of a Unix
 * socket has 108 bytes and a data folder's path may be longer, so it is reached by a descriptor. */
#include "ops/daemon/api_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "ops/daemon/admin_service.h"
#include "ops/daemon/gate.h"
#include "ops/daemon/intake.h"
#include "ops/daemon/listen_address.h"
#include "ops/daemon/rest_paths.h"
#include "query/service/query_service.h"
#include "writers/service/commands_service.h"

enum { API_SERVER_PATIENCE_MS = 5000, API_SERVER_SOCKET_SIZE = 64 };

struct api_server {
    struct api_server_options options;
    struct arena *arena;
    struct folder_conf folder;
    struct gate *gate;
    struct rpc_server *rpc;
    struct intake *intake;
    struct commands_service commands;
    struct rest_paths paths;
    struct query_service query;
    int folder_descriptor; /* -1: the socket was not made */
};

/* ---- where ---- */

static struct status api_server_check_address(const struct listen_address *address)
{
    return address->loopback
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected an address of this machine alone, such as 127.0.0.1, "
                              "but it is '%s'",
                              address->host);
}

static void api_server_say(const struct api_server *api, const struct listen_address *address,
                           uint16_t port)
{
    char text[64];
    bool v6 = strchr(address->host, ':') != NULL;
    int size = snprintf(text, sizeof text, v6 ? "[%s]:%u" : "%s:%u", address->host, port);
    struct diag_line line = diag_begin(api->options.diag, DIAG_INFO, "serving");
    diag_str(&line, "address", str_make(text, (size_t)size));
    diag_end(&line);
}

static struct status api_server_listen_at(struct api_server *api,
                                          const struct listen_address *address)
{
    uint16_t port;
    struct rpc_listen listen = { .address = address->host, .port = address->port };
    TRY(api_server_check_address(address));
    TRY(rpc_server_listen(api->rpc, &listen, &port));
    api_server_say(api, address, port);
    return status_ok();
}

static struct status api_server_listen_all(struct api_server *api)
{
    struct listen_addresses addresses;
    struct str told = api->options.daemon->listen;
    TRY(listen_addresses_parse(told.size > 0 ? told : str_z(api->options.listen), api->arena,
                               &addresses));
    for (size_t i = 0; i < addresses.count; i++) {
        TRY(api_server_listen_at(api, &addresses.items[i]));
    }
    return status_ok();
}

/* Whoever is here holds the folder: a socket that is there is one of who held it before. */
static struct status api_server_listen_in_folder(struct api_server *api)
{
    char path[API_SERVER_SOCKET_SIZE];
    uint16_t none;
    const char *folder = api->options.daemon->data.data;
    api->folder_descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (api->folder_descriptor < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to open '%s': %s", folder,
                            strerror(errno));
    }
    unlinkat(api->folder_descriptor, DATA_DIR_SOCKET, 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d/" DATA_DIR_SOCKET, api->folder_descriptor);
    return status_prefix(
        rpc_server_listen(api->rpc, &(struct rpc_listen){ .unix_path = path }, &none),
        "the socket of the data folder");
}

/* ---- what ---- */

static struct status api_server_add_commands(struct api_server *api)
{
    struct submission_options options = { .server = api->rpc,
                                          .port = intake_port(api->intake),
                                          .clock = api->options.clock,
                                          .identity = intake_identity(api->intake),
                                          .cluster_key = api->options.dir->cluster_key,
                                          .seals = intake_seals(api->intake),
                                          .timeout_us = INTAKE_TIMEOUT_US };
    return commands_service_add(&api->commands, &options);
}

/* One thread of questions for each core. */
static struct status api_server_add_query(struct api_server *api)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct query_service_options options = {
        .server = api->rpc,
        .shelf = api->options.shelf,
        .partitions_count = intake_identity(api->intake).partitions_count,
        .clock = api->options.clock,
        .threads = cores < 1             ? 1
                   : cores < WORKERS_MAX ? (uint32_t)cores
                                         : WORKERS_MAX,
    };
    return query_service_add(&api->query, &options);
}

/* Every service of this program has its line here, and its methods a row in method_needs.c. */
static struct status api_server_add_services(struct api_server *api)
{
    TRY(api_server_add_commands(api));
    TRY(api_server_add_query(api));
    return admin_service_add(api->rpc, api->options.board);
}

/* ---- life ---- */

static struct status api_server_open_gate(struct api_server *api)
{
    struct gate_options options = { .cluster_key = api->options.dir->cluster_key,
                                    .folder = &api->folder,
                                    .anonymous = api->options.daemon->anonymous };
    TRY(folder_conf_read(api->options.dir->conf, api->arena, &api->folder));
    return gate_open(&options, &api->gate);
}

static struct status api_server_open_intake(struct api_server *api)
{
    struct intake_options options = { .dir = api->options.dir,
                                      .daemon = api->options.daemon,
                                      .clock = api->options.clock,
                                      .reporter = api->options.reporter,
                                      .shelf = api->options.shelf };
    return intake_open(&options, api->arena, &api->intake);
}

static struct status api_server_start(struct api_server *api)
{
    struct rpc_server_options options = {
        .descriptors = api_schema_descriptors(),
        .health = true,
        .connection_age_s_max = api->options.daemon->connection_age_us / 1000000,
    };
    TRY(api_server_open_gate(api));
    TRY(api_server_open_intake(api));
    options.gate = gate_port(api->gate);
    TRY(rpc_server_open(&options, &api->rpc));
    TRY(api_server_add_services(api));
    TRY(rest_paths_add(&api->paths, api->rpc));
    TRY(api_server_listen_in_folder(api));
    TRY(api_server_listen_all(api));
    return rpc_server_start(api->rpc);
}

struct status api_server_open(const struct api_server_options *options, struct arena *arena,
                              struct api_server **out)
{
    struct api_server *api = mem_zalloc(1, sizeof *api);
    api->options = *options;
    api->arena = arena;
    api->folder_descriptor = -1;
    struct status st = api_server_start(api);
    if (st.code != STATUS_OK) {
        struct status closed = api_server_close(api);
        (void)closed; /* why it did not start says more */
        api = NULL;
    }
    *out = api;
    return st;
}

/* The server ends before the intake, which answers its last calls. */
struct status api_server_close(struct api_server *api)
{
    if (api == NULL) {
        return status_ok();
    }
    if (api->folder_descriptor >= 0) {
        unlinkat(api->folder_descriptor, DATA_DIR_SOCKET, 0);
        close(api->folder_descriptor);
    }
    rpc_server_stop(api->rpc, API_SERVER_PATIENCE_MS);
    struct status st = intake_close(api->intake);
    rpc_server_close(api->rpc);
    commands_service_release(&api->commands);
    rest_paths_release(&api->paths);
    query_service_release(&api->query);
    gate_close(api->gate);
    mem_free(api);
    return st;
}
