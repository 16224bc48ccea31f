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
    params->items[params->count++] = (struct rest_param){ field, value };
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

/* A member of the body that another field takes, too. */
struct rest_copy {
    struct arena *arena;
    struct rest_params *params;
    const ProtobufCMessageDescriptor *descriptor; /* of what it is looked for in */
    struct str name;                              /* "org.org_id" */
    struct str field;
};

static struct status rest_copy_from(const struct rest_copy *copy, struct str body);

static struct status rest_copy_member(void *context, struct str name, struct str value)
{
    struct rest_copy copy = *(const struct rest_copy *)context;
    const char *dot = memchr(copy.name.data, '.', copy.name.size);
    size_t size = dot == NULL ? copy.name.size : (size_t)(dot - copy.name.data);
    const ProtobufCFieldDescriptor *field = pb_field_find(copy.descriptor, name);
    if (field == NULL || !str_eq(str_z(field->name), str_make(copy.name.data, size))) {
        return status_ok();
    }
    if (dot == NULL) {
        return rest_add_param(copy.params, copy.field, rest_body_text(copy.arena, value));
    }
    copy.descriptor = rest_field_message(copy.descriptor, str_z(field->name));
    copy.name = str_from(copy.name, size + 1);
    return rest_copy_from(&copy, value);
}

static struct status rest_copy_from(const struct rest_copy *copy, struct str body)
{
    struct str inside;
    return copy->descriptor == NULL
               ? status_ok()
               : rest_body_members(copy->arena, body, rest_copy_member,
                                   (struct rest_copy *)(uintptr_t)copy, &inside);
}

static struct status rest_add_copies(struct rpc_call *call, struct str body,
                                     struct rest_params *params)
{
    for (size_t i = 0; i < call->rest->binds_count; i++) {
        const struct rpc_bind *bind = &call->rest->binds[i];
        struct rest_copy copy = {
            .arena = &call->exchange->arena,
            .params = params,
            .name = str_z(bind->name),
            .field = str_z(bind->field),
        };
        if (bind->from == RPC_BIND_BODY && call->rest->body.data != NULL) {
            copy.descriptor = rest_field_message(call->entry->input, call->rest->body);
            TRY(rest_copy_from(&copy, body));
        }
    }
    return status_ok();
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
    struct rest_body body = { call->rest->body, text };
    bool takes = body.field.data != NULL;
    if (!takes && !rest_body_empty(text)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected no body");
    }
    TRY(rest_collect(call, &params));
    TRY(rest_add_copies(call, text, &params));
    /* What is no message has no empty value. */
    bool left_out = rest_body_empty(text) &&
                    (!takes || rest_field_message(call->entry->input, body.field) == NULL);
    return rest_field_object(&call->exchange->arena, call->entry->input, &params,
                             left_out ? NULL : &body, out);
}
