#include "core/rpc/registry.h"

#include "core/rpc/protocol/rest_path.h"

enum { REGISTRY_MEMORY_MAX = 16 * 1024 * 1024 };

void rpc_registry_init(struct rpc_registry *registry)
{
    *registry = (struct rpc_registry){ 0 };
    arena_init(&registry->arena, REGISTRY_MEMORY_MAX);
}

void rpc_registry_release(struct rpc_registry *registry)
{
    hmap_release(&registry->entries);
    hmap_release(&registry->pages);
    hmap_release(&registry->views);
    pb_types_release(&registry->types);
    descriptors_release(&registry->descriptors);
    arena_release(&registry->arena);
}

static struct status registry_put(struct hmap *map, struct str path, void *value)
{
    struct hmap_entry *entry = hmap_put(map, path, hmap_hash(path));
    if (entry->value != NULL) {
        return status_error(STATUS_ALREADY_EXISTS, "expected one of '%.*s', but it is there",
                            STR_ARG(path));
    }
    entry->value = value;
    return status_ok();
}

static struct status registry_add_method(struct rpc_registry *registry,
                                         const struct rpc_service *service,
                                         const struct rpc_method *method)
{
    const ProtobufCMethodDescriptor *found =
        protobuf_c_service_descriptor_get_method_by_name(service->descriptor, method->name);
    if (found == NULL || method->handler.message == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a method of '%s' with a handler, not '%s'",
                            service->descriptor->name, method->name);
    }
    struct rpc_entry *entry;
    ARENA_TRY(&registry->arena, entry, arena_zalloc(&registry->arena, sizeof *entry));
    entry->path = arena_printf(&registry->arena, "/%s/%s", service->descriptor->name, method->name);
    entry->method = *method;
    entry->number = registry->entries.count;
    entry->input = found->input;
    entry->output = found->output;
    entry->context = service->context;
    pb_types_add(&registry->types, found->input);
    pb_types_add(&registry->types, found->output);
    return entry->path.data == NULL ? arena_full(&registry->arena)
                                    : registry_put(&registry->entries, entry->path, entry);
}

struct status rpc_registry_add(struct rpc_registry *registry, const struct rpc_service *service)
{
    if (registry->services_count == RPC_SERVICES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d services",
                            RPC_SERVICES_MAX);
    }
    for (size_t i = 0; i < service->methods_count; i++) {
        TRY(registry_add_method(registry, service, &service->methods[i]));
    }
    registry->services[registry->services_count++] = service->descriptor->name;
    return status_ok();
}

struct status rpc_registry_add_page(struct rpc_registry *registry, const struct rpc_page *page)
{
    struct rpc_page *copy;
    if (registry->pages.count == RPC_PAGES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d pages", RPC_PAGES_MAX);
    }
    ARENA_TRY(&registry->arena, copy, arena_alloc(&registry->arena, sizeof *copy));
    *copy = *page;
    return registry_put(&registry->pages, str_z(page->path), copy);
}

struct status rpc_registry_add_view(struct rpc_registry *registry, const struct rpc_view *view)
{
    struct rpc_view *copy;
    if (registry->views.count == RPC_PAGES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d views", RPC_PAGES_MAX);
    }
    ARENA_TRY(&registry->arena, copy, arena_alloc(&registry->arena, sizeof *copy));
    *copy = *view;
    return registry_put(&registry->views, str_z(view->path), copy);
}

struct status rpc_registry_add_route(struct rpc_registry *registry, const struct rpc_route *route)
{
    struct str path = arena_printf(&registry->arena, "/%s", route->method);
    const struct rpc_entry *entry = path.data == NULL ? NULL : rpc_registry_find(registry, path);
    if (registry->paths_count == RPC_ROUTES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d paths", RPC_ROUTES_MAX);
    }
    if (entry == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected a method that is served, not '%s'",
                            route->method);
    }
    TRY(rest_path_new(&registry->arena, route, entry, &registry->paths[registry->paths_count]));
    registry->paths_count++;
    return status_ok();
}

static void *registry_find(const struct hmap *map, struct str path)
{
    const struct hmap_entry *entry = hmap_find(map, path, hmap_hash(path));
    return entry == NULL ? NULL : entry->value;
}

const struct rpc_entry *rpc_registry_find(const struct rpc_registry *registry, struct str path)
{
    return registry_find(&registry->entries, path);
}

const struct rpc_page *rpc_registry_page(const struct rpc_registry *registry, struct str path)
{
    return registry_find(&registry->pages, path);
}

const struct rpc_view *rpc_registry_view(const struct rpc_registry *registry, struct str path)
{
    return registry_find(&registry->views, path);
}

bool rpc_registry_serves(const struct rpc_registry *registry, struct str service)
{
    for (size_t i = 0; i < registry->services_count; i++) {
        if (str_eq(str_z(registry->services[i]), service)) {
            return true;
        }
    }
    return false;
}
