/* connectrpc.conformance.v1.ConformanceService. */
#ifndef TESTS_CONNECT_CONFORMANCE_SERVICE_H
#define TESTS_CONNECT_CONFORMANCE_SERVICE_H

#include "core/rpc/service.h"

extern const struct rpc_service conformance_service;

#endif
