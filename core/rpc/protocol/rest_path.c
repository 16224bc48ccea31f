#include "core/rpc/protocol/rest_path.h"

#include "core/pb/field.h"
#include "core/rpc/http/url.h"
#include "core/rpc/protocol/rest_field.h"
#include "core/rpc/registry.h"

/* A template in the middle of being read. */
struct rest_parse {
    struct str rest;
    struct rpc_path *path;
};

static bool rest_is_wild(struct str segment)
{
    return str_eq(segment, STR("*")) || str_eq(segment, STR("**"));
}

static bool rest_add(struct rpc_path *path, struct str segment)
{
    if (path->segments_count == REST_SEGMENTS_MAX || segment.size == 0 || path->open) {
        return false;
    }
    path->open = str_eq(segment, STR("**"));
    path->literals += !rest_is_wild(segment);
    path->segments[path->segments_count++] = segment;
    return true;
}

/* Takes what stands before one of the characters, which stays. */
static struct str rest_until(struct str *rest, const char *stops)
{
    size_t size = 0;
    while (size < rest->size && strchr(stops, rest->data[size]) == NULL) {
        size++;
    }
    struct str part = { rest->data, size };
    *rest = str_from(*rest, size);
    return part;
}

static bool rest_take(struct str *rest, char c)
{
    bool here = rest->size > 0 && rest->data[0] == c;
    *rest = here ? str_from(*rest, 1) : *rest;
    return here;
}

static bool rest_parse_pattern(struct rest_parse *parse, struct rest_variable *variable)
{
    if (!rest_take(&parse->rest, '=')) {
        return rest_add(parse->path, STR("*"));
    }
    do {
        if (!rest_add(parse->path, rest_until(&parse->rest, "/}"))) {
            return false;
        }
    } while (rest_take(&parse->rest, '/'));
    variable->count = parse->path->segments_count - variable->first;
    return true;
}

static bool rest_variable_known(const struct rpc_path *path, struct str name)
{
    for (size_t i = 0; i < path->binds_count; i++) {
        const struct rpc_bind *bind = &path->binds[i];
        if (bind->from == RPC_BIND_PARAMETER && str_eq(str_z(bind->name), name)) {
            return true;
        }
    }
    return path->binds_count == 0 && rest_field_find(path->entry->input, name) != NULL;
}

static bool rest_parse_variable(struct rest_parse *parse)
{
    struct rpc_path *path = parse->path;
    if (path->variables_count == REST_VARIABLES_MAX) {
        return false;
    }
    struct rest_variable *variable = &path->variables[path->variables_count++];
    *variable =
        (struct rest_variable){ rest_until(&parse->rest, "=}"), path->segments_count, 1, 0, 1 };
    return rest_parse_pattern(parse, variable) && rest_take(&parse->rest, '}') &&
           rest_variable_known(path, variable->name);
}

/* A variable behind a '~': of the segment that there is. */
static bool rest_parse_part(struct rest_parse *parse)
{
    struct rpc_path *path = parse->path;
    if (!rest_take(&parse->rest, '{') || path->variables_count == REST_VARIABLES_MAX) {
        return false;
    }
    struct rest_variable *variable = &path->variables[path->variables_count++];
    *variable = variable[-1];
    variable->name = rest_until(&parse->rest, "}");
    variable->part++;
    return rest_take(&parse->rest, '}') && rest_variable_known(path, variable->name);
}

static bool rest_parse_parts(struct rest_parse *parse)
{
    size_t first = parse->path->variables_count;
    if (!rest_parse_variable(parse)) {
        return false;
    }
    while (rest_take(&parse->rest, '~')) {
        if (!rest_parse_part(parse)) {
            return false;
        }
    }
    for (size_t i = first; i < parse->path->variables_count; i++) {
        parse->path->variables[i].parts = parse->path->variables_count - first;
    }
    return true;
}

static bool rest_parse_segments(struct rest_parse *parse)
{
    while (rest_take(&parse->rest, '/')) {
        bool parsed = rest_take(&parse->rest, '{')
                          ? rest_parse_parts(parse)
                          : rest_add(parse->path, rest_until(&parse->rest, "/:"));
        if (!parsed) {
            return false;
        }
    }
    if (rest_take(&parse->rest, ':')) {
        parse->path->verb = parse->rest;
        parse->rest = str_from(parse->rest, parse->rest.size);
    }
    return parse->rest.size == 0 && parse->path->segments_count > 0;
}

static bool rest_body_known(const struct rpc_path *path)
{
    return path->body.data == NULL || path->body.size == 0 ||
           rest_field_find(path->entry->input, path->body) != NULL;
}

static bool rest_binds_known(const struct rpc_path *path)
{
    for (size_t i = 0; i < path->binds_count; i++) {
        if (rest_field_find(path->entry->input, str_z(path->binds[i].field)) == NULL) {
            return false;
        }
    }
    return true;
}

struct status rest_path_new(struct arena *arena, const struct rpc_route *route,
                            const struct rpc_entry *entry, struct rpc_path **out)
{
    struct rpc_path *path;
    ARENA_TRY(arena, path, arena_zalloc(arena, sizeof *path));
    path->entry = entry;
    path->method = str_z(route->verb);
    path->body = str_z(route->body);
    if (str_eq(path->body, STR("*"))) {
        path->body = STR("");
    }
    path->binds = route->binds;
    path->binds_count = route->binds_count;
    struct rest_parse parse = { str_z(route->template), path };
    if (!rest_parse_segments(&parse) || !rest_body_known(path) || !rest_binds_known(path)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a template of google.api.http with fields of '%s', not '%s'",
                            entry->input->name, route->template);
    }
    *out = path;
    return status_ok();
}

bool rest_target_cut(struct str path, struct rest_target *target)
{
    target->count = 0;
    while (rest_take(&path, '/')) {
        if (target->count == REST_SEGMENTS_MAX) {
            return false;
        }
        target->segments[target->count++] = rest_until(&path, "/");
    }
    return path.size == 0 && target->count > 0;
}

/* The segment without the template's verb; NULL data when it does not end in it. */
static struct str rest_without_verb(const struct rpc_path *path, const struct rest_target *target,
                                    size_t at)
{
    struct str segment = target->segments[at], verb = path->verb;
    if (verb.size == 0 || at + 1 < target->count) {
        return segment;
    }
    size_t size = segment.size > verb.size ? segment.size - verb.size - 1 : 0;
    bool ends = segment.size > verb.size && segment.data[size] == ':' &&
                str_eq(str_from(segment, size + 1), verb);
    return ends ? str_make(segment.data, size) : (struct str){ 0 };
}

bool rest_path_matches(const struct rpc_path *path, const struct rest_target *target)
{
    size_t fixed = path->segments_count - path->open;
    if (path->open ? target->count < fixed : target->count != fixed) {
        return false;
    }
    if (rest_without_verb(path, target, target->count - 1).data == NULL) {
        return false;
    }
    for (size_t i = 0; i < fixed; i++) {
        struct str segment = rest_without_verb(path, target, i);
        bool wild = rest_is_wild(path->segments[i]);
        if (wild ? segment.size == 0 : !str_eq(segment, path->segments[i])) {
            return false;
        }
    }
    return true;
}

/* The variable's part of its segment: the last has what is left. */
static struct str rest_part(const struct rest_variable *variable, struct str segment)
{
    struct str rest = segment, part = segment;
    for (size_t i = 0; i <= variable->part && i + 1 < variable->parts; i++) {
        const char *end = memchr(rest.data, '~', rest.size);
        if (end == NULL) {
            return (struct str){ 0 };
        }
        part = str_make(rest.data, (size_t)(end - rest.data));
        rest = str_from(rest, part.size + 1);
    }
    return variable->part + 1 == variable->parts ? rest : part;
}

struct str rest_path_value(const struct rpc_path *path, const struct rest_target *target,
                           const struct rest_variable *variable, struct arena *arena)
{
    struct str parts[2 * REST_SEGMENTS_MAX];
    bool tail = path->open && variable->first + variable->count == path->segments_count;
    size_t end = tail ? target->count : variable->first + variable->count, count = 0;
    for (size_t i = variable->first; i < end; i++) {
        struct str segment = url_decode(arena, rest_without_verb(path, target, i), false);
        if (segment.data == NULL) {
            return segment;
        }
        if (i > variable->first) {
            parts[count++] = STR("/");
        }
        parts[count++] = segment;
    }
    return rest_part(variable, arena_join(arena, parts, count));
}
