/* Every path is one that core/rpc takes, of a method that there is, and nothing is there twice. */
#include "core/api/routes.h"

#include "agency/v1/admin_service.pb-c.h"
#include "agency/v1/commands_service.pb-c.h"
#include "agency/v1/entities_service.pb-c.h"
#include "agency/v1/query_service.pb-c.h"
#include "agency/v1/watch_service.pb-c.h"
#include "core/rpc/protocol/rest_path.h"
#include "core/rpc/registry.h"
#include "tests/lib/test.h"

enum { ROUTES_MEMORY_MAX = 16 << 20 };

static struct arena arena;
static struct api_schema schema;
static struct api_routes *routes;

static void routes_open(void)
{
    arena_init(&arena, ROUTES_MEMORY_MAX);
    assert_ok(api_schema_open(&schema, api_schema_descriptors()));
    assert_ok(api_routes_make(&arena, &schema, &routes));
}

static void routes_close(void)
{
    arena_release(&arena);
    api_schema_release(&schema);
}

static const ProtobufCMethodDescriptor *routes_method(const char *name)
{
    static const ProtobufCServiceDescriptor *const services[] = {
        &agency__v1__admin__descriptor,    &agency__v1__commands__descriptor,
        &agency__v1__entities__descriptor, &agency__v1__query__descriptor,
        &agency__v1__watch__descriptor,
    };
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        size_t size = strlen(services[i]->name);
        if (strncmp(services[i]->name, name, size) == 0 && name[size] == '/') {
            return protobuf_c_service_descriptor_get_method_by_name(services[i], name + size + 1);
        }
    }
    return NULL;
}

TEST(routes, are_paths_of_methods)
{
    routes_open();
    for (size_t i = 0; i < routes->count; i++) {
        const struct rpc_route *route = &routes->items[i].route;
        const ProtobufCMethodDescriptor *method = routes_method(route->method);
        struct rpc_path *path;
        assert_non_null(method);
        assert_string_equal(method->input->name, routes->items[i].input);
        assert_string_equal(method->output->name, routes->items[i].output);
        struct rpc_entry entry = { .input = method->input, .output = method->output };
        assert_ok(rest_path_new(&arena, route, &entry, &path));
    }
    routes_close();
}

TEST(routes, are_all_different)
{
    routes_open();
    for (size_t i = 0; i < routes->count; i++) {
        const struct api_route *a = &routes->items[i];
        assert_true(a->comment.size > 0);
        for (size_t j = 0; j < i; j++) {
            const struct api_route *b = &routes->items[j];
            assert_string_not_equal(a->operation, b->operation);
            assert_true(strcmp(a->route.template, b->route.template) != 0 ||
                        strcmp(a->route.verb, b->route.verb) != 0);
        }
    }
    routes_close();
}

TEST(routes, are_there_for_each_command)
{
    routes_open();
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        bool found = registry_command(number) == NULL;
        for (size_t i = 0; !found && i < routes->count; i++) {
            found = routes->items[i].command &&
                    strcmp(routes->items[i].operation, registry_command(number)->name) == 0;
        }
        assert_true(found);
    }
    routes_close();
}

TEST(routes, need_a_whole_schema)
{
    struct api_schema none;
    struct arena small;
    arena_init(&small, ROUTES_MEMORY_MAX);
    assert_ok(api_schema_open(&none, STR("")));
    struct status st = api_routes_make(&small, &none, &routes);
    assert_int_equal(st.code, STATUS_DATA_LOSS);
    assert_string_equal(st.msg, "expected a schema with the command RegisterSubject");
    api_schema_release(&none);
    assert_int_equal(api_schema_open(&none, STR("\x0a\xff")).code, STATUS_DATA_LOSS);
    api_schema_release(&none);
    arena_release(&small);
}
