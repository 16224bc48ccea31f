/* All routes of one template are one path item; types that they speak of are collected on the way
 * and written at the end. */
#include "core/api/openapi.h"

#include "core/api/openapi_parts.h"
#include "core/api/route_text.h"
#include "core/base/memory.h"

enum { OPENAPI_MEMORY_MAX = 16 << 20 };

static void openapi_info(struct openapi *doc, const char *version)
{
    json_out_member(&doc->text, "openapi", STR("3.1.0"));
    json_out_object(&doc->text, "info");
    json_out_member(&doc->text, "title", STR("AgencyGrid"));
    json_out_member(&doc->text, "version", str_z(version));
    json_out_member(&doc->text, "summary", STR("A register of organisations of agents."));
    json_out_member(
        &doc->text, "description",
        STR("Commands are decided once and answered with their decision; every question can be "
            "asked "
            "as of any moment of the past (`as_of`). Ids stand in paths: a ':' in them is escaped "
            "as %3A. Answers show what is not set with its default value, unless a `read_mask` "
            "asks for parts. Errors are google.rpc.Status."));
    json_out_members(&doc->text, "\"license\": {\"name\": \"Apache License 2.0\", \"identifier\": "
                                 "\"Apache-2.0\"}");
    json_out_close(&doc->text);
    json_out_members(&doc->text, "\"servers\": [{\"url\": \"/\"}], "
                                 "\"security\": [{\"bearer\": []}, {\"mutualTLS\": []}, {}]");
}

static bool openapi_tag_before(const struct api_routes *routes, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(routes->items[i].tag, routes->items[at].tag) == 0) {
            return true;
        }
    }
    return false;
}

/* The comment of the service whose name makes the tag. */
static struct str openapi_service_comment(struct openapi *doc, const char *tag)
{
    struct str found = STR("");
    const Google__Protobuf__FileDescriptorSet *files = doc->schema->files;
    for (size_t i = 0; i < files->n_file; i++) {
        for (size_t j = 0; j < files->file[i]->n_service; j++) {
            const char *service = files->file[i]->service[j]->name;
            struct buf word = { 0 }, name = { 0 };
            route_text_kebab(str_z(service), &word);
            buf_printf(&name, "%s.%s", files->file[i]->package, service);
            if (str_eq(buf_str(&word), str_z(tag))) {
                found = api_schema_comment(doc->schema, buf_str(&name));
            }
            buf_release(&word);
            buf_release(&name);
        }
    }
    return found;
}

/* What a tag is about: the entity, where it is the plural of one, else a service. */
static struct str openapi_tag_comment(struct openapi *doc, const char *tag)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL && strcmp(type->plural, tag) == 0) {
            return api_schema_comment(doc->schema, str_z(type->descriptor->name));
        }
    }
    return openapi_service_comment(doc, tag);
}

static void openapi_tags(struct openapi *doc, const struct api_routes *routes)
{
    json_out_array(&doc->text, "tags");
    for (size_t i = 0; i < routes->count; i++) {
        if (!openapi_tag_before(routes, i)) {
            json_out_open(&doc->text, '{');
            json_out_member(&doc->text, "name", str_z(routes->items[i].tag));
            openapi_describe(doc, openapi_tag_comment(doc, routes->items[i].tag));
            json_out_close(&doc->text);
        }
    }
    json_out_close(&doc->text);
}

static bool openapi_path_before(const struct api_routes *routes, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(routes->items[i].route.template, routes->items[at].route.template) == 0) {
            return true;
        }
    }
    return false;
}

static const char *openapi_verb(const char *verb)
{
    static const char *const verbs[][2] = {
        { "GET", "get" }, { "POST", "post" }, { "PATCH", "patch" }, { "DELETE", "delete" }
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i][0], verb) == 0) {
            return verbs[i][1];
        }
    }
    return "put";
}

static struct status openapi_path(struct openapi *doc, const struct api_routes *routes, size_t at)
{
    const char *template = routes->items[at].route.template;
    json_out_object(&doc->text, template);
    for (size_t i = at; i < routes->count; i++) {
        if (strcmp(routes->items[i].route.template, template) == 0) {
            json_out_name(&doc->text, openapi_verb(routes->items[i].route.verb));
            TRY(openapi_operation(doc, &routes->items[i]));
        }
    }
    json_out_close(&doc->text);
    return status_ok();
}

static struct status openapi_paths(struct openapi *doc, const struct api_routes *routes)
{
    json_out_object(&doc->text, "paths");
    for (size_t i = 0; i < routes->count; i++) {
        if (!openapi_path_before(routes, i)) {
            TRY(openapi_path(doc, routes, i));
        }
    }
    json_out_close(&doc->text);
    return status_ok();
}

static struct status openapi_all(struct openapi *doc, const struct api_routes *routes,
                                 const char *version)
{
    json_out_open(&doc->text, '{');
    openapi_info(doc, version);
    openapi_tags(doc, routes);
    TRY(openapi_paths(doc, routes));
    TRY(openapi_components(doc));
    json_out_close(&doc->text);
    buf_byte(doc->text.out, '\n');
    return status_ok();
}

struct status api_openapi_write(const struct api_schema *schema, const struct api_routes *routes,
                                const char *version, struct buf *out)
{
    struct openapi *doc = mem_zalloc(1, sizeof *doc);
    doc->schema = schema;
    doc->text.out = out;
    struct status st = openapi_all(doc, routes, version);
    mem_free(doc);
    return st;
}

struct status api_openapi(const char *version, struct buf *out)
{
    struct api_schema schema;
    struct api_routes *routes;
    struct arena arena;
    arena_init(&arena, OPENAPI_MEMORY_MAX);
    struct status st = api_schema_open(&schema, api_schema_descriptors());
    if (st.code == STATUS_OK) {
        st = api_routes_make(&arena, &schema, &routes);
    }
    if (st.code == STATUS_OK) {
        st = api_openapi_write(&schema, routes, version, out);
    }
    arena_release(&arena);
    api_schema_release(&schema);
    return st;
}
