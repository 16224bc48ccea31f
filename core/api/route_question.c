/* The paths of methods: by their names, and by whether they are about an org. */
#include "core/api/route_add.h"
#include "core/api/route_text.h"

static const api_message *question_input(const struct route_draft *draft, const api_method *method)
{
    return api_schema_message(draft->schema, method->input_type);
}

/* The kind of "GetRole", when the method takes its key; 0 for none. */
static unsigned question_kind(const struct route_draft *draft, const api_method *method)
{
    const api_message *input = question_input(draft, method);
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type == NULL || strcmp(method->name + strlen("Get"), type->name) != 0) {
            continue;
        }
        const char *first = type->descriptor->fields[0].name;
        return api_message_field(input, first) == NULL ? 0 : kind;
    }
    return 0;
}

/* "/v1/orgs/{org_id}" for what is about an org, else "/v1". */
static void question_parent(const struct route_draft *draft, const api_method *method,
                            struct buf *path)
{
    bool org = api_message_field(question_input(draft, method), "org_id") != NULL;
    buf_append(path, org ? STR("/v1/orgs/{org_id}") : STR("/v1"));
}

static const char *question_path(struct route_draft *draft, const api_service *service,
                                 const api_method *method, struct buf *path)
{
    struct str name = str_z(method->name);
    bool get = str_starts(name, STR("Get")), list = str_starts(name, STR("List"));
    unsigned kind = get ? question_kind(draft, method) : 0;
    if (kind != 0) {
        route_resource(kind, path);
        return "GET";
    }
    question_parent(draft, method, path);
    if (get || list) {
        buf_byte(path, '/');
        route_text_kebab(str_from(name, list ? strlen("List") : strlen("Get")), path);
        return "GET";
    }
    if (str_eq(buf_str(path), STR("/v1"))) { /* a verb needs something to stand on */
        buf_byte(path, '/');
        route_text_kebab(str_z(service->name), path);
    }
    buf_byte(path, ':');
    route_text_camel(name, path);
    return method->server_streaming ? "GET" : "POST";
}

/* What it is about: the kind that the path ends in, else its service. */
static void question_tag(const api_service *service, struct str path, struct buf *tag)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        struct buf resource = { 0 }, collection = { 0 };
        bool same = false;
        if (registry_entity(kind) != NULL) {
            route_resource(kind, &resource);
            route_collection(kind, &collection);
            same = str_eq(buf_str(&resource), path) || str_eq(buf_str(&collection), path);
        }
        buf_release(&resource);
        buf_release(&collection);
        if (same) {
            buf_append(tag, str_z(registry_entity(kind)->plural));
            return;
        }
    }
    route_text_kebab(str_z(service->name), tag);
}

static struct status question_add(struct route_draft *draft, const char *package,
                                  const api_service *service, const api_method *method)
{
    struct buf path = { 0 }, tag = { 0 };
    const char *verb = question_path(draft, service, method, &path);
    question_tag(service, buf_str(&path), &tag);
    struct str called =
        arena_printf(draft->arena, "%s.%s/%s", package, service->name, method->name);
    struct str name = arena_printf(draft->arena, "%s.%s.%s", package, service->name, method->name);
    struct str about = arena_copy(draft->arena, buf_str(&tag));
    draft->route = (struct api_route){
        .route = { .method = called.data, .body = strcmp(verb, "POST") == 0 ? "*" : NULL },
        .operation = method->name,
        .tag = about.data,
        .comment = api_schema_comment(draft->schema, name),
        .input = method->input_type + 1,
        .output = method->output_type + 1,
        .stream = method->server_streaming,
    };
    struct status st = called.data == NULL || about.data == NULL || name.data == NULL
                           ? arena_full(draft->arena)
                           : route_add(draft, verb, buf_str(&path));
    buf_release(&path);
    buf_release(&tag);
    return st;
}

struct status route_add_questions(struct route_draft *draft, const char *package,
                                  const api_service *service)
{
    for (size_t i = 0; i < service->n_method; i++) {
        if (!service->method[i]->client_streaming) {
            TRY(question_add(draft, package, service, service->method[i]));
        }
    }
    return status_ok();
}
