#include "ops/daemon/rest_paths.h"

#include "core/api/openapi.h"
#include "ops/version.h"

enum { REST_PATHS_MEMORY_MAX = 16 << 20 };

/* A process that does not serve questions has no paths of them. */
static struct status rest_paths_add_all(const struct api_routes *routes, struct rpc_server *server)
{
    for (size_t i = 0; i < routes->count; i++) {
        struct status st = rpc_server_add_route(server, &routes->items[i].route);
        if (st.code != STATUS_NOT_FOUND) {
            TRY(st);
        }
    }
    return status_ok();
}

struct status rest_paths_add(struct rest_paths *paths, struct rpc_server *server)
{
    struct api_routes *routes;
    struct rpc_page page = { .path = "/openapi.json", .type = "application/json" };
    arena_init(&paths->arena, REST_PATHS_MEMORY_MAX);
    TRY(api_schema_open(&paths->schema, api_schema_descriptors()));
    TRY(api_routes_make(&paths->arena, &paths->schema, &routes));
    TRY(rest_paths_add_all(routes, server));
    TRY(api_openapi_write(&paths->schema, routes, AGENCY_VERSION, &paths->document));
    page.bytes = buf_str(&paths->document);
    return rpc_server_add_page(server, &page);
}

void rest_paths_release(struct rest_paths *paths)
{
    buf_release(&paths->document);
    arena_release(&paths->arena);
    api_schema_release(&paths->schema);
}
