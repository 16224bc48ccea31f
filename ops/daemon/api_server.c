/* Composition. What is wrong with the options is told before anything is opened. */
#include "ops/daemon/api_server.h"

#include <unistd.h>

#include "core/auth/fetch_curl.h"
#include "core/auth/protected_resource.h"
#include "core/base/memory.h"
#include "ops/daemon/admin_service.h"
#include "ops/daemon/eraser.h"
#include "ops/daemon/gate.h"
#include "ops/daemon/intake.h"
#include "ops/daemon/listening.h"
#include "ops/daemon/log_trouble.h"
#include "ops/daemon/rest_paths.h"
#include "query/service/query_service.h"
#include "writers/service/commands_service.h"

enum { API_SERVER_PATIENCE_MS = 5000 };

struct api_server {
    struct api_server_options options;
    struct arena *arena;
    struct folder_conf folder;
    struct keyring keyring;
    struct eraser *eraser;
    struct trusted trusted;
    struct buf metadata; /* of the protected resource: its document, */
    struct buf address;  /* and where it is */
    struct fetch_curl *curl;
    struct gate *gate;
    struct rpc_server *rpc;
    struct intake *intake;
    struct commands_service commands;
    struct rest_paths paths;
    struct query_service query;
    struct listening listening;
};

/* ---- what ---- */

static struct status api_server_add_commands(struct api_server *api)
{
    struct submission_options options = { .server = api->rpc,
                                          .port = intake_port(api->intake),
                                          .clock = api->options.clock,
                                          .identity = intake_identity(api->intake),
                                          .keys = { api->options.dir->cluster_key, api->keyring },
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
        .keyring = &api->keyring,
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
    TRY(telemetry_add_views(api->options.telemetry, api->rpc, false));
    return admin_service_add(api->rpc, api->options.board);
}

/* What tells clients where to get a token (RFC 9728). */
static struct status api_server_add_metadata(struct api_server *api)
{
    const struct str scopes[] = { STR("agency.read"), STR("agency.command"), STR("agency.admin") };
    struct protected_resource resource = { .url = api->options.daemon->public_url,
                                           .name = STR("AgencyGrid"),
                                           .issuers = &api->trusted.issuers,
                                           .scopes = { scopes, sizeof scopes / sizeof *scopes } };
    if (resource.url.size == 0 || api->trusted.issuers.count == 0) {
        return status_ok();
    }
    TRY(protected_resource_path(resource.url, &api->address));
    buf_byte(&api->address, '\0');
    protected_resource_write(&resource, &api->metadata);
    return rpc_server_add_page(api->rpc, &(struct rpc_page){ api->address.data, "application/json",
                                                             buf_str(&api->metadata) });
}

/* ---- life ---- */

static struct status api_server_open_gate(struct api_server *api)
{
    const struct daemon_options *told = api->options.daemon;
    api->curl =
        fetch_curl_open(told->issuer_authorities.size > 0 ? told->issuer_authorities.data : NULL);
    struct gate_options options = { .cluster_key = api->options.dir->cluster_key,
                                    .folder = &api->folder,
                                    .trusted = &api->trusted,
                                    .fetch = fetch_curl_port(api->curl),
                                    .anonymous = told->anonymous,
                                    .public_url = told->public_url,
                                    .clock = api->options.clock,
                                    .diag = api->options.diag };
    return gate_open(&options, &api->gate);
}

static struct listening_options api_server_listening(const struct api_server *api)
{
    const struct daemon_options *told = api->options.daemon;
    return (struct listening_options){
        .server = api->rpc,
        .addresses = told->listen.size > 0 ? told->listen : str_z(api->options.listen),
        .folder = told->data.data,
        .trusted = &api->trusted,
        .client_judge = gate_client_judge(api->gate),
        .anonymous = told->anonymous.size > 0,
        .diag = api->options.diag,
    };
}

static struct status api_server_read(struct api_server *api)
{
    TRY(folder_conf_read(api->options.dir->conf, api->arena, &api->folder));
    TRY(data_dir_open_keyring(api->options.dir, &api->keyring));
    TRY(trusted_read(api->options.daemon, &api->folder, api->arena, &api->trusted));
    TRY(api_server_open_gate(api));
    struct listening_options listening = api_server_listening(api);
    return listening_check(&listening, api->arena);
}

static struct status api_server_open_intake(struct api_server *api)
{
    struct intake_options options = { .dir = api->options.dir,
                                      .daemon = api->options.daemon,
                                      .clock = api->options.clock,
                                      .reporter = log_trouble_reporter(api->options.diag),
                                      .shelf = api->options.shelf,
                                      .telemetry = api->options.telemetry,
                                      .process = api->options.process };
    return intake_open(&options, api->arena, &api->intake);
}

static struct status api_server_open_eraser(struct api_server *api)
{
    struct eraser_options options = { .keyring = &api->keyring,
                                      .shelf = api->options.shelf,
                                      .partitions_count =
                                          intake_identity(api->intake).partitions_count,
                                      .diag = api->options.diag };
    return eraser_open(&options, &api->eraser);
}

static struct status api_server_start(struct api_server *api)
{
    struct rpc_server_options options = {
        .descriptors = api_schema_descriptors(),
        .health = true,
        .observer = telemetry_observer(api->options.telemetry),
        .connection_age_s_max = api->options.daemon->connection_age_us / 1000000,
    };
    TRY(api_server_read(api));
    TRY(api_server_open_intake(api));
    TRY(api_server_open_eraser(api));
    options.gate = gate_port(api->gate);
    TRY(rpc_server_open(&options, &api->rpc));
    TRY(api_server_add_services(api));
    TRY(rest_paths_add(&api->paths, api->rpc));
    TRY(api_server_add_metadata(api));
    struct listening_options listening = api_server_listening(api);
    TRY(listening_open(&api->listening, &listening, api->arena));
    TRY(rpc_server_start(api->rpc));
    return gate_start(api->gate, api->rpc);
}

struct status api_server_open(const struct api_server_options *options, struct arena *arena,
                              struct api_server **out)
{
    struct api_server *api = mem_zalloc(1, sizeof *api);
    api->options = *options;
    api->arena = arena;
    api->listening.folder = -1;
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
    listening_close(&api->listening);
    gate_stop(api->gate);
    rpc_server_stop(api->rpc, API_SERVER_PATIENCE_MS);
    eraser_close(api->eraser);
    struct status st = intake_close(api->intake);
    rpc_server_close(api->rpc);
    commands_service_release(&api->commands);
    rest_paths_release(&api->paths);
    query_service_release(&api->query);
    gate_close(api->gate);
    fetch_curl_close(api->curl);
    keyring_close(&api->keyring);
    trusted_release(&api->trusted);
    buf_release(&api->metadata);
    buf_release(&api->address);
    mem_free(api);
    return st;
}

uint32_t api_server_partitions_count(const struct api_server *api)
{
    return intake_identity(api->intake).partitions_count;
}
