/* grpc.reflection.v1 and v1alpha: clients without a schema ask for it (grpcurl, buf curl). */
#ifndef CORE_RPC_REFLECTION_H
#define CORE_RPC_REFLECTION_H

#include "core/rpc/registry.h"

/* Adds both versions, which show what the registry serves and its descriptors. */
MUST_USE struct status reflection_add(struct rpc_registry *registry);

#endif
