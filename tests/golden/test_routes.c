/* The paths of the API as a table: tests/golden/routes.txt. With GOLDEN_UPDATE=1 in the environment
 * the file is rewritten. Below a path stand its body, and where its parameters and headers go. */
#include "core/api/routes.h"
#include "core/base/buf.h"
#include "tests/lib/golden_tool.h"
#include "tests/lib/test.h"

enum { ROUTES_MEMORY_MAX = 16 << 20 };

static void routes_print_bind(const struct rpc_bind *bind, struct buf *out)
{
    static const char *const froms[] = { "", "header ", "body ", "beside " };
    buf_printf(out, "           %s%s > %s\n", froms[bind->from], bind->name, bind->field);
}

/* The envelope is the same for all commands. */
static bool routes_is_envelope(const char *field)
{
    return strncmp(field, "command.", 8) == 0 && strchr(field + 8, '.') == NULL;
}

static void routes_print(const struct api_routes *routes, struct buf *out)
{
    const char *tag = "";
    for (size_t i = 0; i < routes->count; i++) {
        const struct api_route *route = &routes->items[i];
        const struct rpc_route *path = &route->route;
        buf_printf(out, "%s%-6s %-62s %s%s\n", strcmp(tag, route->tag) == 0 ? "" : "\n", path->verb,
                   path->template,
                   route->command ? route->operation : strchr(path->method, '/') + 1,
                   route->stream ? ", events" : "");
        tag = route->tag;
        if (route->command && path->body != NULL) {
            buf_printf(out, "           body > %s\n", path->body);
        }
        for (size_t j = 0; j < path->binds_count; j++) {
            if (!routes_is_envelope(path->binds[j].field)) {
                routes_print_bind(&path->binds[j], out);
            }
        }
    }
}

TEST(routes, are_as_the_golden_says)
{
    struct api_schema schema;
    struct api_routes *routes;
    struct arena arena;
    struct buf actual = { 0 };
    arena_init(&arena, ROUTES_MEMORY_MAX);
    assert_ok(api_schema_open(&schema, api_schema_descriptors()));
    assert_ok(api_routes_make(&arena, &schema, &routes));
    routes_print(routes, &actual);
    golden_tool_check(SOURCE_DIR "/tests/golden/routes.txt", buf_str(&actual));
    buf_release(&actual);
    arena_release(&arena);
    api_schema_release(&schema);
}
