/* One JSON text out of path, query and body: JSON's reader then says what is wrong with any of it,
 * and with what stands there twice. */
#include "core/rpc/http/url.h"
#include "core/rpc/protocol/rest.h"
#include "core/rpc/protocol/rest_field.h"

static struct status rest_add_param(struct rest_params *params, struct str field, struct str value)
{
    if (field.data == NULL || value.data == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a path and query without broken "
                                                     "escapes");
    }
    if (params->count == REST_PARAMS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d parameters",
                            REST_PARAMS_MAX);
    }
    params->items[params->count++] = (struct rest_param){ field, value };
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
        TRY(rest_add_param(params, variable->field,
                           rest_path_value(call->rest, &target, variable, arena)));
    }
    while (url_next(&query, &name, &value)) {
        TRY(rest_add_param(params, url_decode(arena, name, true), url_decode(arena, value, true)));
    }
    return status_ok();
}

static struct str rest_space(struct str text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL) {
        text = str_from(text, 1);
    }
    return text;
}

/* The members of the body's object go on where those of path and query end. */
static struct status rest_splice(struct str body, struct buf *out)
{
    struct str rest = rest_space(body);
    if (rest.size == 0) {
        buf_byte(out, '}');
        return status_ok();
    }
    if (rest.data[0] != '{') {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a JSON object as the body");
    }
    rest = rest_space(str_from(rest, 1));
    bool empty = rest.size > 0 && rest.data[0] == '}';
    buf_append(out, out->size > 1 && !empty ? STR(",") : STR(""));
    buf_append(out, rest);
    return status_ok();
}

struct status rest_request(struct rpc_call *call, struct str body, struct buf *out)
{
    struct rest_params params;
    TRY(rest_collect(call, &params));
    buf_byte(out, '{');
    TRY(rest_field_members(call->entry->input, &params, out));
    if (str_eq(call->rest->body, STR("*"))) {
        return rest_splice(body, out);
    }
    if (call->rest->body.size > 0 && rest_space(body).size > 0) {
        buf_printf(out, "%s\"%.*s\":", out->size > 1 ? "," : "", STR_ARG(call->rest->body));
        buf_append(out, body);
    } else if (rest_space(body).size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected no body");
    }
    buf_byte(out, '}');
    return status_ok();
}
