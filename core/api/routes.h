/* The paths of the API by Google's AIP-131 to 136, from the registry and the schema alone: a kind,
 * a command or a method has its path by its row or line there.
 *
 *     GET    /v1/orgs/{org_id}/roles/{role_id}            Entities/GetRole
 *     GET    /v1/orgs/{org_id}/roles                      Entities/ListRoles
 *     POST   /v1/orgs/{org_id}/roles                      CreateRole: a command that makes one
 *     PATCH  /v1/orgs/{org_id}/roles/{role_id}            UpdateRole: one with a mask
 *     DELETE /v1/orgs/{org_id}/roles/{role_id}            DeleteRole: one that removes it
 *     POST   /v1/orgs/{org_id}/roles/{role_id}:assign     AssignRole: any other
 *     GET    /v1/orgs/{org_id}/holders                    Query/ListHolders
 *     POST   /v1/orgs/{org_id}:check                      Query/Check
 *     GET    /v1/orgs/{org_id}:watch                      Watch/Watch: a stream, of events
 *     POST   /v1/commands:submit                          Commands/Submit: about no org by its path
 *
 * A command's path is that of the kind that its name ends in, where that one's key begins the key
 * of what it is about (AssignRole is about an assignment, under a role); else of what it is about.
 * Its body is the entity that it carries, with what else it carries beside the entity's fields;
 * else the command. What surrounds it (expected_version, on_behalf_of ...) and masks are parameters
 * of the query. */
#ifndef CORE_API_ROUTES_H
#define CORE_API_ROUTES_H

#include "core/api/schema.h"
#include "core/domain/registry/registry.h"
#include "core/rpc/service.h"

struct api_route {
    struct rpc_route route;
    const char *operation; /* "CreateRole", "CheckBatch": no two are the same */
    const char *tag;       /* what it is about: "roles", "query" */
    struct str comment;    /* what it does */
    const char *input;     /* the method's messages: "agency.v1.SubmitRequest" */
    const char *output;
    bool command;
    bool stream;
};

/* Commands have a path each, and at most two routes a method or command. */
enum { API_ROUTES_MAX = 1024 };

struct api_routes {
    struct api_route items[API_ROUTES_MAX];
    size_t count;
};

/* Texts lie in the arena or are the schema's, which must live as long. RESOURCE_EXHAUSTED above the
 * limits, DATA_LOSS for a schema without the commands of the registry. */
MUST_USE struct status api_routes_make(struct arena *arena, const struct api_schema *schema,
                                       struct api_routes **routes);

#endif
