/* grpc.testing.TestService, as gRPC's own interop clients expect it. */
#ifndef TESTS_GRPC_INTEROP_SERVICE_H
#define TESTS_GRPC_INTEROP_SERVICE_H

#include "core/rpc/service.h"

extern const struct rpc_service interop_service;

#endif
