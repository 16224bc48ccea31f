/* One operation: its parameters, body and answers. */
#include <stdio.h>

#include "core/api/openapi_parts.h"

const struct openapi_failure openapi_failures[] = {
    { "400", "INVALID_ARGUMENT, FAILED_PRECONDITION or OUT_OF_RANGE: not as it is asked.", false,
      false },
    { "401", "UNAUTHENTICATED: nobody is known to call.", false, false },
    { "403", "PERMISSION_DENIED: the caller may not.", false, false },
    { "404", "NOT_FOUND: there is none.", false, false },
    { "409", "ALREADY_EXISTS, or ABORTED: another version than expected.", false, true },
    { "415", "The body is no application/json.", true, false },
    { "429", "RESOURCE_EXHAUSTED: too much or too many.", false, false },
    { "499", "CANCELLED: the client has gone.", false, false },
    { "500", "INTERNAL, UNKNOWN or DATA_LOSS: a fault here.", false, false },
    { "501", "UNIMPLEMENTED: not built.", false, false },
    { "503", "UNAVAILABLE: try again; a command with the same Idempotency-Key.", false, false },
    { "504", "DEADLINE_EXCEEDED: not done in time; as 503.", false, false },
};
const size_t openapi_failures_count = sizeof openapi_failures / sizeof openapi_failures[0];

/* The field that a dotted path leads to, and the message that has it; DATA_LOSS for none. */
static struct status operation_find(struct openapi *doc, const char *input, const char *path,
                                    const api_message **owner, const api_field **field)
{
    char name[256], *save = NULL;
    snprintf(name, sizeof name, "%s", path);
    const char *type = input;
    *field = NULL;
    for (char *part = strtok_r(name, ".", &save); part != NULL; part = strtok_r(NULL, ".", &save)) {
        *owner = api_schema_message(doc->schema, type);
        *field = *owner == NULL ? NULL : api_message_field(*owner, part);
        if (*field == NULL) {
            return status_error(STATUS_DATA_LOSS, "expected '%s' in %s", path, input);
        }
        type = (*field)->type_name == NULL ? "" : (*field)->type_name;
    }
    return *field == NULL ? status_error(STATUS_DATA_LOSS, "expected a field of %s", input)
                          : status_ok();
}

static bool operation_in_path(const struct api_route *route, const char *name)
{
    char variable[128];
    snprintf(variable, sizeof variable, "{%s}", name);
    return strstr(route->route.template, variable) != NULL;
}

/* ---- parameters ---- */

static struct status operation_parameter(struct openapi *doc, const struct api_route *route,
                                         const char *name, const char *path)
{
    const api_message *owner;
    const api_field *field;
    bool in_path = operation_in_path(route, name);
    TRY(operation_find(doc, route->input, path, &owner, &field));
    json_out_open(&doc->text, '{');
    json_out_member(&doc->text, "name", str_z(name));
    json_out_member(&doc->text, "in", in_path ? STR("path") : STR("query"));
    if (in_path) {
        json_out_member_raw(&doc->text, "required", "true");
    }
    openapi_describe(doc, openapi_field_comment(doc, owner, field));
    json_out_object(&doc->text, "schema");
    TRY(openapi_field_schema(doc, field));
    json_out_close(&doc->text);
    json_out_close(&doc->text);
    return status_ok();
}

static void operation_header(struct openapi *doc, const char *name, const char *comment)
{
    json_out_open(&doc->text, '{');
    json_out_member(&doc->text, "name", str_z(name));
    json_out_member(&doc->text, "in", STR("header"));
    openapi_describe(doc, str_z(comment));
    json_out_members(&doc->text, "\"schema\": {\"type\": \"string\"}");
    json_out_close(&doc->text);
}

static bool operation_said_before(const struct api_route *route, size_t bind)
{
    for (size_t i = 0; i < bind; i++) {
        if (strcmp(route->route.binds[i].name, route->route.binds[bind].name) == 0) {
            return true;
        }
    }
    return false;
}

static struct status operation_command_parameters(struct openapi *doc,
                                                  const struct api_route *route)
{
    for (size_t i = 0; i < route->route.binds_count; i++) {
        const struct rpc_bind *bind = &route->route.binds[i];
        if (bind->from == RPC_BIND_PARAMETER && !operation_said_before(route, i)) {
            TRY(operation_parameter(doc, route, bind->name, bind->field));
        }
    }
    operation_header(doc, "Idempotency-Key",
                     "The command's id: the same command with the same id is decided once, and "
                     "answered as the first time. Without it a new one is made.");
    operation_header(doc, "If-Match",
                     "The version that the entity must have (its `version`), as expected_version.");
    return status_ok();
}

/* A method's fields are in its path, and by GET in the query; else in the body. */
static struct status operation_question_parameters(struct openapi *doc,
                                                   const struct api_route *route)
{
    const api_message *input = api_schema_message(doc->schema, route->input);
    for (size_t i = 0; i < input->n_field; i++) {
        const char *name = input->field[i]->name;
        if (route->route.body == NULL || operation_in_path(route, name)) {
            TRY(operation_parameter(doc, route, name, name));
        }
    }
    if (api_message_field(input, "as_of") != NULL) {
        operation_header(doc, "agencygrid-as-of", "As as_of.");
        operation_header(doc, "agencygrid-at-least", "As at_least.");
        operation_header(doc, "agencygrid-final", "true: refuse an answer that may still change.");
    }
    if (route->stream) {
        operation_header(doc, "Last-Event-ID", "The id of the last event that was seen.");
    }
    return status_ok();
}

/* ---- body and answers ---- */

static bool operation_has_beside(const struct api_route *route)
{
    for (size_t i = 0; i < route->route.binds_count; i++) {
        if (route->route.binds[i].from == RPC_BIND_BESIDE) {
            return true;
        }
    }
    return false;
}

/* The fields of the entity, and beside them what else the command has. */
static struct status operation_entity_and_more(struct openapi *doc, const struct api_route *route,
                                               const api_message *entity)
{
    const api_message *owner;
    const api_field *field;
    json_out_open(&doc->text, '{');
    json_out_member(&doc->text, "type", STR("object"));
    json_out_object(&doc->text, "properties");
    for (size_t i = 0; i < entity->n_field; i++) {
        TRY(openapi_property(doc, entity, entity->field[i]));
    }
    for (size_t i = 0; i < route->route.binds_count; i++) {
        const struct rpc_bind *bind = &route->route.binds[i];
        if (bind->from == RPC_BIND_BESIDE) {
            TRY(operation_find(doc, route->input, bind->field, &owner, &field));
            TRY(openapi_property(doc, owner, field));
        }
    }
    json_out_close(&doc->text);
    json_out_member_raw(&doc->text, "additionalProperties", "false");
    json_out_close(&doc->text);
    return status_ok();
}

static struct status operation_body_schema(struct openapi *doc, const struct api_route *route)
{
    const api_message *owner;
    const api_field *field;
    const char *type = route->input;
    if (strcmp(route->route.body, "*") != 0) {
        TRY(operation_find(doc, route->input, route->route.body, &owner, &field));
        type = field->type_name;
    }
    return operation_has_beside(route)
               ? operation_entity_and_more(doc, route, api_schema_message(doc->schema, type))
               : openapi_ref(doc, type);
}

static struct status operation_body(struct openapi *doc, const struct api_route *route)
{
    bool custom = route->command && strchr(route->route.template, ':') != NULL;
    json_out_object(&doc->text, "requestBody");
    json_out_member_raw(&doc->text, "required", custom ? "false" : "true");
    json_out_object(&doc->text, "content");
    json_out_object(&doc->text, "application/json");
    json_out_name(&doc->text, "schema");
    TRY(operation_body_schema(doc, route));
    json_out_close(&doc->text);
    json_out_close(&doc->text);
    json_out_close(&doc->text);
    return status_ok();
}

static struct status operation_answer(struct openapi *doc, const struct api_route *route)
{
    json_out_object(&doc->text, "200");
    json_out_member(&doc->text, "description",
                    route->stream ? STR("Server-sent events; the data of each is one of these, "
                                        "its id the position to go on from (Last-Event-ID).")
                                  : STR("The answer."));
    json_out_members(&doc->text, "\"headers\": {\"agencygrid-position\": {\"$ref\": "
                                 "\"#/components/headers/Position\"}}");
    json_out_object(&doc->text, "content");
    json_out_object(&doc->text, route->stream ? "text/event-stream" : "application/json");
    if (route->stream) {
        json_out_object(&doc->text, "schema");
        json_out_members(&doc->text,
                         "\"type\": \"string\", \"contentMediaType\": \"application/json\"");
        json_out_name(&doc->text, "contentSchema");
    } else {
        json_out_name(&doc->text, "schema");
    }
    TRY(openapi_ref(doc, route->output));
    for (int i = 0; i < (route->stream ? 4 : 3); i++) {
        json_out_close(&doc->text);
    }
    return status_ok();
}

static struct status operation_answers(struct openapi *doc, const struct api_route *route)
{
    json_out_object(&doc->text, "responses");
    TRY(operation_answer(doc, route));
    for (size_t i = 0; i < openapi_failures_count; i++) {
        const struct openapi_failure *failure = &openapi_failures[i];
        char target[64];
        bool wanted = (!failure->bodies || route->route.body != NULL) &&
                      (!failure->commands || route->command ||
                       strcmp(route->output, "agency.v1.SubmitResponse") == 0);
        if (wanted) {
            snprintf(target, sizeof target, "#/components/responses/%s", failure->status);
            json_out_object(&doc->text, failure->status);
            json_out_member(&doc->text, "$ref", str_z(target));
            json_out_close(&doc->text);
        }
    }
    json_out_close(&doc->text);
    return status_ok();
}

/* Its first sentence. */
static struct str operation_summary(struct str comment)
{
    for (size_t i = 0; i < comment.size; i++) {
        bool ends = comment.data[i] == '.' && (i + 1 == comment.size || comment.data[i + 1] == ' ');
        if (ends) {
            return str_make(comment.data, i);
        }
    }
    return comment;
}

struct status openapi_operation(struct openapi *doc, const struct api_route *route)
{
    json_out_open(&doc->text, '{');
    json_out_member(&doc->text, "operationId", str_z(route->operation));
    json_out_member(&doc->text, "summary", operation_summary(route->comment));
    openapi_describe(doc, route->comment);
    json_out_array(&doc->text, "tags");
    json_out_string(&doc->text, str_z(route->tag));
    json_out_close(&doc->text);
    json_out_array(&doc->text, "parameters");
    TRY(route->command ? operation_command_parameters(doc, route)
                       : operation_question_parameters(doc, route));
    json_out_close(&doc->text);
    if (route->route.body != NULL) {
        TRY(operation_body(doc, route));
    }
    TRY(operation_answers(doc, route));
    json_out_close(&doc->text);
    return status_ok();
}
