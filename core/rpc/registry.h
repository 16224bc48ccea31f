/* What a server offers, to be found by path. Filled before it serves, then only read. */
#ifndef CORE_RPC_REGISTRY_H
#define CORE_RPC_REGISTRY_H

#include "core/base/hmap.h"
#include "core/pb/types.h"
#include "core/rpc/descriptors.h"
#include "core/rpc/limits.h"
#include "core/rpc/service.h"

struct rpc_path;

/* A method that is served. */
struct rpc_entry {
    size_t number;   /* among all */
    struct str path; /* "/agency.v1.Query/Check" */
    struct rpc_method method;
    const ProtobufCMessageDescriptor *input;
    const ProtobufCMessageDescriptor *output;
    void *context;
};

struct rpc_registry {
    struct arena arena;
    struct hmap entries;   /* struct rpc_entry by path */
    struct hmap pages;     /* struct rpc_page by path */
    struct hmap views;     /* struct rpc_view by path */
    struct pb_types types; /* of all messages, for JSON */
    const char *services[RPC_SERVICES_MAX];
    size_t services_count;
    struct rpc_path *paths[RPC_ROUTES_MAX];
    size_t paths_count;
    struct descriptors descriptors; /* of all that is served; may be empty */
};

void rpc_registry_init(struct rpc_registry *registry);
void rpc_registry_release(struct rpc_registry *registry);

/* INVALID_ARGUMENT for a method that the service does not have, ALREADY_EXISTS for one that is
 * there, RESOURCE_EXHAUSTED above the limits. Borrows what the service points to. */
MUST_USE struct status rpc_registry_add(struct rpc_registry *registry,
                                        const struct rpc_service *service);
MUST_USE struct status rpc_registry_add_page(struct rpc_registry *registry,
                                             const struct rpc_page *page);
MUST_USE struct status rpc_registry_add_view(struct rpc_registry *registry,
                                             const struct rpc_view *view);
/* Also INVALID_ARGUMENT for what is no template, and NOT_FOUND for an unknown method. */
MUST_USE struct status rpc_registry_add_route(struct rpc_registry *registry,
                                              const struct rpc_route *route);

/* NULL when there is none. */
const struct rpc_entry *rpc_registry_find(const struct rpc_registry *registry, struct str path);
const struct rpc_page *rpc_registry_page(const struct rpc_registry *registry, struct str path);
const struct rpc_view *rpc_registry_view(const struct rpc_registry *registry, struct str path);
bool rpc_registry_serves(const struct rpc_registry *registry, struct str service);

#endif
