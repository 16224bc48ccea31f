#include "core/api/routes.h"

#include "core/api/route_add.h"

struct status route_bind(struct route_draft *draft, enum rpc_bind_from from, const char *name,
                         struct str field)
{
    struct str copy = arena_copy(draft->arena, field),
               called = arena_copy(draft->arena, str_z(name));
    if (copy.data == NULL || called.data == NULL || draft->binds_count == ROUTE_BINDS_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d binds",
                            ROUTE_BINDS_MAX);
    }
    draft->binds[draft->binds_count++] = (struct rpc_bind){ from, called.data, copy.data };
    return status_ok();
}

struct status route_add(struct route_draft *draft, const char *verb, struct str path)
{
    struct api_routes *routes = draft->routes;
    size_t size = draft->binds_count * sizeof *draft->binds;
    struct rpc_bind *binds;
    ARENA_TRY(draft->arena, binds, arena_alloc(draft->arena, size + 1));
    struct str copy = arena_copy(draft->arena, path);
    if (copy.data == NULL || routes->count == API_ROUTES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d paths", API_ROUTES_MAX);
    }
    memcpy(binds, draft->binds, size);
    draft->route.route.verb = verb;
    draft->route.route.template = copy.data;
    draft->route.route.binds = binds;
    draft->route.route.binds_count = draft->binds_count;
    routes->items[routes->count++] = draft->route;
    draft->binds_count = 0;
    return status_ok();
}

void route_collection(unsigned kind, struct buf *path)
{
    buf_append(path, STR("/v1/orgs"));
    if (kind != ENTITY_ORG) {
        buf_printf(path, "/{org_id}/%s", registry_entity(kind)->plural);
    }
}

void route_resource(unsigned kind, struct buf *path)
{
    const struct entity_type *type = registry_entity(kind);
    route_collection(kind, path);
    for (size_t i = 0; i < type->key_parts; i++) {
        buf_printf(path, "%s{%s}", i == 0 ? "/" : "~", type->descriptor->fields[i].name);
    }
}

/* What is about one thing stands together, in the order in which things come up. */
static struct status routes_group(struct arena *arena, struct api_routes *routes)
{
    struct api_routes *all;
    size_t count = 0;
    ARENA_TRY(arena, all, arena_alloc(arena, sizeof *all));
    *all = *routes;
    for (size_t i = 0; i < all->count; i++) {
        const char *tag = all->items[i].tag;
        for (size_t j = i; tag != NULL && j < all->count; j++) {
            if (all->items[j].tag != NULL && strcmp(all->items[j].tag, tag) == 0) {
                routes->items[count++] = all->items[j];
                all->items[j].tag = NULL;
            }
        }
    }
    return status_ok();
}

struct status api_routes_make(struct arena *arena, const struct api_schema *schema,
                              struct api_routes **routes)
{
    struct route_draft draft = { .arena = arena, .schema = schema };
    ARENA_TRY(arena, draft.routes, arena_alloc(arena, sizeof *draft.routes));
    draft.routes->count = 0;
    for (size_t i = 0; i < schema->files->n_file; i++) {
        const Google__Protobuf__FileDescriptorProto *file = schema->files->file[i];
        bool ours = file->package != NULL && strcmp(file->package, API_PACKAGE) == 0;
        for (size_t j = 0; ours && j < file->n_service; j++) {
            TRY(route_add_questions(&draft, file->package, file->service[j]));
        }
    }
    TRY(route_add_commands(&draft));
    *routes = draft.routes;
    return routes_group(arena, draft.routes);
}
