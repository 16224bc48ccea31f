/* grpc.health.v1.Health: whether a service, or the server, is to be asked. */
#ifndef CORE_RPC_HEALTH_H
#define CORE_RPC_HEALTH_H

#include "core/rpc/registry.h"

struct health_watch;

struct health {
    const struct rpc_registry *registry;
    bool serving[RPC_SERVICES_MAX + 1]; /* as the registry's services; the last is "" */
    struct health_watch *watches;
};

/* Adds the service to the registry; everything serves. The watches are gone when their calls are.
 */
MUST_USE struct status health_add(struct health *health, struct rpc_registry *registry);
/* Tells who watches. An unknown service is ignored. The loop's thread only. */
void health_set(struct health *health, struct str service, bool serving);
/* Nothing serves any more. The loop's thread only. */
void health_set_none(struct health *health);

#endif
