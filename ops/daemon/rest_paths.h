/* The paths of JSON over HTTP to all that a server offers, and their OpenAPI document. */
#ifndef OPS_DAEMON_REST_PATHS_H
#define OPS_DAEMON_REST_PATHS_H

#include "core/api/schema.h"
#include "core/base/buf.h"
#include "core/rpc/server.h"

/* Starts as zeroes. */
struct rest_paths {
    struct api_schema schema;
    struct arena arena;
    struct buf document;
};

/* When all services have been added: a path for each method and command that is served, and
 * /openapi.json. The server borrows all until it is closed. To be released in any case. */
MUST_USE struct status rest_paths_add(struct rest_paths *paths, struct rpc_server *server);
void rest_paths_release(struct rest_paths *paths);

#endif
