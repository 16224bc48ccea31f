/* Inside of core/api: the parts of the OpenAPI document. */
#ifndef CORE_API_OPENAPI_PARTS_H
#define CORE_API_OPENAPI_PARTS_H

#include "core/api/json_out.h"
#include "core/api/routes.h"

enum { OPENAPI_TYPES_MAX = 1024 };

struct openapi {
    const struct api_schema *schema;
    struct json_out text;
    /* Full names of the messages and enums that the document speaks of, each once. */
    const char *types[OPENAPI_TYPES_MAX];
    size_t types_count;
};

/* "agency.v1.Role" or ".agency.v1.Role" as {"$ref": "#/components/schemas/Role"}, which is then
 * written with the others. RESOURCE_EXHAUSTED above the limit. */
MUST_USE struct status openapi_ref(struct openapi *doc, const char *name);
/* The members of the schema of a field's value; those of a list, where the field is one. */
MUST_USE struct status openapi_field_schema(struct openapi *doc, const api_field *field);
/* "description", where there is a comment. */
void openapi_describe(struct openapi *doc, struct str comment);
/* The comment of a message's field. */
struct str openapi_field_comment(struct openapi *doc, const api_message *message,
                                 const api_field *field);
/* A field as a member of "properties". */
MUST_USE struct status openapi_property(struct openapi *doc, const api_message *message,
                                        const api_field *field);

/* The operation of a route, as the value of its verb. */
MUST_USE struct status openapi_operation(struct openapi *doc, const struct api_route *route);
/* The member "components", with the types spoken of. */
MUST_USE struct status openapi_components(struct openapi *doc);

/* The answers that are no 200: their HTTP statuses with what they mean. */
struct openapi_failure {
    const char *status;
    const char *meaning;
    bool bodies;   /* only where there is a body */
    bool commands; /* only of commands */
};
extern const struct openapi_failure openapi_failures[];
extern const size_t openapi_failures_count;

#endif
