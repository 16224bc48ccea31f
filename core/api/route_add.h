/* Inside of core/api: routes in the making. */
#ifndef CORE_API_ROUTE_ADD_H
#define CORE_API_ROUTE_ADD_H

#include "core/api/routes.h"
#include "core/base/buf.h"

enum { ROUTE_BINDS_MAX = 64 };

/* One route, until it is added. */
struct route_draft {
    struct arena *arena;
    const struct api_schema *schema;
    struct api_routes *routes;
    struct api_route route;
    struct rpc_bind binds[ROUTE_BINDS_MAX];
    size_t binds_count;
};

/* Where `from` of that name goes; the texts are copied. RESOURCE_EXHAUSTED above the limits. */
MUST_USE struct status route_bind(struct route_draft *draft, enum rpc_bind_from from,
                                  const char *name, struct str field);
/* Adds the draft under a path. */
MUST_USE struct status route_add(struct route_draft *draft, const char *verb, struct str path);

/* "/v1/orgs/{org_id}/roles", and with the key's fields "/v1/orgs/{org_id}/roles/{role_id}"; those
 * of an org are "/v1/orgs" and "/v1/orgs/{org_id}". */
void route_collection(unsigned kind, struct buf *path);
void route_resource(unsigned kind, struct buf *path);

/* The routes of a service's methods; a client's stream has none. */
MUST_USE struct status route_add_questions(struct route_draft *draft, const char *package,
                                           const api_service *service);
/* The routes of all commands. */
MUST_USE struct status route_add_commands(struct route_draft *draft);

#endif
