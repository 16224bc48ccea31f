/* One JSON text out of path, query, headers and body: JSON's reader then says what is wrong with
 * any of it. */
#include "core/pb/field.h"
#include "core/rpc/http/url.h"
#include "core/rpc/protocol/rest.h"
#include "core/rpc/protocol/rest_body.h"
#include "core/rpc/protocol/rest_field.h"

static struct status rest_add_param(struct rest_params *params, struct str field, struct str value)
{
    if (field.data == NULL || value.data == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a path and query without broken "
                                                     "escapes, and ids with all their parts");
    }
    if (params->count == REST_PARAMS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d parameters",
                            REST_PARAMS_MAX);
    }
    params->items[params->count++] = (struct rest_param){ field, value, false };
    return status_ok();
}

/* What is called so goes where the binds say; without any, the name is the field. */
static struct status rest_add_named(const struct rpc_path *path, struct rest_params *params,
                                    struct str name, struct str value)
{
    size_t before = params->count;
    if (path->binds_count == 0 || name.data == NULL) {
        return rest_add_param(params, name, value);
    }
    for (size_t i = 0; i < path->binds_count; i++) {
        const struct rpc_bind *bind = &path->binds[i];
        if (bind->from == RPC_BIND_PARAMETER && str_eq(str_z(bind->name), name)) {
            TRY(rest_add_param(params, str_z(bind->field), value));
        }
    }
    return params->count > before ? status_ok()
                                  : status_error(STATUS_INVALID_ARGUMENT,
                                                 "expected a parameter of this path, not "
                                                 "'%.*s'",
                                                 STR_ARG(name));
}

static struct str rest_unquoted(struct str value)
{
    bool quoted = value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"';
    return quoted ? str_make(value.data + 1, value.size - 2) : value;
}

static struct status rest_add_headers(const struct rpc_call *call, struct rest_params *params)
{
    for (size_t i = 0; i < call->rest->binds_count; i++) {
        const struct rpc_bind *bind = &call->rest->binds[i];
        struct str value = { 0 };
        if (bind->from == RPC_BIND_HEADER) {
            value = http_fields_get(&call->exchange->fields, str_z(bind->name));
        }
        if (value.data != NULL) {
            TRY(rest_add_param(params, str_z(bind->field), rest_unquoted(value)));
        }
    }
    return status_ok();
}

/* The members of a body that go elsewhere, too, or only. */
struct rest_members {
    struct rpc_call *call;
    struct rest_params *params;
    struct rest_body *body;
};

static bool rest_is_named(const struct rpc_bind *bind, struct str name)
{
    char memory[64];
    struct buf json = buf_in(memory, sizeof memory);
    pb_field_json_name(bind->name, &json);
    bool same = str_eq(str_z(bind->name), name) || str_eq(buf_str(&json), name);
    buf_release(&json);
    return same;
}

static struct status rest_move(struct rest_members *members, const struct rpc_bind *bind,
                               struct str name, struct str value)
{
    struct rest_body *body = members->body;
    if (body->beside_count == REST_BESIDE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected '%s' once", bind->name);
    }
    body->beside[body->beside_count++] = name;
    TRY(rest_add_param(members->params, str_z(bind->field), value));
    members->params->items[members->params->count - 1].json = true;
    return status_ok();
}

static struct status rest_bind_member(void *context, struct str name, struct str value)
{
    struct rest_members *members = context;
    struct rpc_call *call = members->call;
    for (size_t i = 0; i < call->rest->binds_count; i++) {
        const struct rpc_bind *bind = &call->rest->binds[i];
        if (bind->from < RPC_BIND_BODY || !rest_is_named(bind, name)) {
            continue;
        }
        if (bind->from == RPC_BIND_BESIDE) {
            TRY(rest_move(members, bind, name, value));
        } else {
            TRY(rest_add_param(members->params, str_z(bind->field),
                               rest_body_text(&call->exchange->arena, value)));
        }
    }
    return status_ok();
}

static struct status rest_bind_members(struct rpc_call *call, struct rest_body *body,
                                       struct rest_params *params)
{
    struct rest_members members = { call, params, body };
    bool any = false;
    for (size_t i = 0; i < call->rest->binds_count; i++) {
        any = any || call->rest->binds[i].from >= RPC_BIND_BODY;
    }
    return any ? rest_body_members(&call->exchange->arena, body->text, rest_bind_member, &members)
               : status_ok();
}

static struct status rest_collect(struct rpc_call *call, struct rest_params *params)
{
    struct arena *arena = &call->exchange->arena;
    struct str query = call->exchange->query, name, value;
    struct rest_target target;
    params->count = 0;
    rest_target_cut(call->exchange->path, &target);
    for (size_t i = 0; i < call->rest->variables_count; i++) {
        const struct rest_variable *variable = &call->rest->variables[i];
        TRY(rest_add_named(call->rest, params, variable->name,
                           rest_path_value(call->rest, &target, variable, arena)));
    }
    while (url_next(&query, &name, &value)) {
        TRY(rest_add_named(call->rest, params, url_decode(arena, name, true),
                           url_decode(arena, value, true)));
    }
    return rest_add_headers(call, params);
}

struct status rest_request(struct rpc_call *call, struct str text, struct buf *out)
{
    struct rest_params params;
    struct rest_body body = { .field = call->rest->body, .text = text };
    bool takes = body.field.data != NULL;
    if (!takes && !rest_body_empty(text)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected no body");
    }
    TRY(rest_collect(call, &params));
    TRY(rest_bind_members(call, &body, &params));
    /* What is no message has no empty value. */
    bool left_out = rest_body_empty(text) &&
                    (!takes || rest_field_message(call->entry->input, body.field) == NULL);
    return rest_field_object(&call->exchange->arena, call->entry->input, &params,
                             left_out ? NULL : &body, out);
}
