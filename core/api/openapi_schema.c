/* Messages and enums as JSON Schema, as core/pb writes and reads them. */
#include <stdio.h>

#include "core/api/openapi_parts.h"
#include "core/domain/kernel/fields.h"

#define TYPE(which) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##which

/* The types that have a JSON form of their own. */
static const struct schema_known {
    const char *name;
    const char *members; /* of its schema */
} schema_known[] = {
    { ".google.protobuf.Timestamp", "\"type\": \"string\", \"format\": \"date-time\"" },
    { ".google.protobuf.Duration", "\"type\": \"string\", \"pattern\": \"^-?[0-9.]+s$\"" },
    { ".google.protobuf.FieldMask", "\"type\": \"string\"" },
    { ".google.protobuf.Struct", "\"type\": \"object\", \"additionalProperties\": true" },
    { ".google.protobuf.Any", "\"type\": \"object\", \"additionalProperties\": true, "
                              "\"required\": [\"@type\"], \"properties\": "
                              "{\"@type\": {\"type\": \"string\"}}" },
    { ".google.protobuf.ListValue", "\"type\": \"array\", \"items\": {}" },
    { ".google.protobuf.Empty", "\"type\": \"object\"" },
};

static void schema_raw(struct openapi *doc, const char *name, const char *value)
{
    json_out_member_raw(&doc->text, name, value);
}

/* 64-bit numbers are texts, since JavaScript has no such numbers. */
static void schema_long(struct openapi *doc, const char *format, const char *pattern)
{
    schema_raw(doc, "type", "\"string\"");
    json_out_member(&doc->text, "format", str_z(format));
    json_out_member(&doc->text, "pattern", str_z(pattern));
}

static void schema_int(struct openapi *doc, bool negative)
{
    schema_raw(doc, "type", "\"integer\"");
    schema_raw(doc, "minimum", negative ? "-2147483648" : "0");
    schema_raw(doc, "maximum", negative ? "2147483647" : "4294967295");
}

static void schema_scalar(struct openapi *doc, const api_field *field)
{
    switch ((int)field->type) {
    case TYPE(BOOL):
        schema_raw(doc, "type", "\"boolean\"");
        break;
    case TYPE(INT32):
    case TYPE(SINT32):
    case TYPE(SFIXED32):
        schema_int(doc, true);
        break;
    case TYPE(UINT32):
    case TYPE(FIXED32):
        schema_int(doc, false);
        break;
    case TYPE(INT64):
    case TYPE(SINT64):
    case TYPE(SFIXED64):
        schema_long(doc, "int64", "^-?[0-9]{1,19}$");
        break;
    case TYPE(UINT64):
    case TYPE(FIXED64):
        schema_long(doc, "uint64", "^[0-9]{1,20}$");
        break;
    case TYPE(FLOAT):
    case TYPE(DOUBLE):
        schema_raw(doc, "type", "\"number\"");
        break;
    case TYPE(BYTES):
        schema_raw(doc, "type", "\"string\"");
        schema_raw(doc, "contentEncoding", "\"base64\"");
        break;
    default:
        schema_raw(doc, "type", "\"string\"");
        break;
    }
}

static struct status schema_ref_member(struct openapi *doc, const char *name)
{
    const char *full = name[0] == '.' ? name + 1 : name, *last = strrchr(full, '.');
    char target[256];
    size_t at = 0;
    while (at < doc->types_count && strcmp(doc->types[at], full) != 0) {
        at++;
    }
    if (at == OPENAPI_TYPES_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d types",
                            OPENAPI_TYPES_MAX);
    }
    if (at == doc->types_count) {
        doc->types[doc->types_count++] = full;
    }
    snprintf(target, sizeof target, "#/components/schemas/%s", last == NULL ? full : last + 1);
    json_out_member(&doc->text, "$ref", str_z(target));
    return status_ok();
}

struct status openapi_ref(struct openapi *doc, const char *name)
{
    json_out_open(&doc->text, '{');
    struct status st = schema_ref_member(doc, name);
    json_out_close(&doc->text);
    return st;
}

/* Of one value. A google.protobuf.Value can be anything, and so has no members. */
static struct status schema_value(struct openapi *doc, const api_field *field)
{
    if (api_field_is_plain(field) || field->type == TYPE(ENUM)) {
        return schema_ref_member(doc, field->type_name);
    }
    if (!api_field_is_message(field)) {
        schema_scalar(doc, field);
        return status_ok();
    }
    for (size_t i = 0; i < sizeof schema_known / sizeof schema_known[0]; i++) {
        if (strcmp(schema_known[i].name, field->type_name) == 0) {
            json_out_members(&doc->text, schema_known[i].members);
        }
    }
    return status_ok();
}

struct status openapi_field_schema(struct openapi *doc, const api_field *field)
{
    if (!api_field_repeated(field)) {
        return schema_value(doc, field);
    }
    schema_raw(doc, "type", "\"array\"");
    json_out_object(&doc->text, "items");
    struct status st = schema_value(doc, field);
    json_out_close(&doc->text);
    return st;
}

void openapi_describe(struct openapi *doc, struct str comment)
{
    if (comment.size > 0) {
        json_out_member(&doc->text, "description", comment);
    }
}

struct str openapi_field_comment(struct openapi *doc, const api_message *message,
                                 const api_field *field)
{
    char name[256];
    int size = snprintf(name, sizeof name, API_PACKAGE ".%s.%s", message->name, field->name);
    return size < (int)sizeof name ? api_schema_comment(doc->schema, str_make(name, (size_t)size))
                                   : STR("");
}

struct status openapi_property(struct openapi *doc, const api_message *message,
                               const api_field *field)
{
    json_out_object(&doc->text, field->json_name);
    TRY(openapi_field_schema(doc, field));
    openapi_describe(doc, openapi_field_comment(doc, message, field));
    if (field->number >= FIELD_VERSION) {
        schema_raw(doc, "readOnly", "true");
    }
    json_out_close(&doc->text);
    return status_ok();
}

static struct status schema_message(struct openapi *doc, const char *name,
                                    const api_message *message)
{
    schema_raw(doc, "type", "\"object\"");
    openapi_describe(doc, api_schema_comment(doc->schema, str_z(name)));
    json_out_object(&doc->text, "properties");
    for (size_t i = 0; i < message->n_field; i++) {
        TRY(openapi_property(doc, message, message->field[i]));
    }
    json_out_close(&doc->text);
    schema_raw(doc, "additionalProperties", "false");
    return status_ok();
}

static void schema_enum(struct openapi *doc, const char *name, const api_enum *type)
{
    schema_raw(doc, "type", "\"string\"");
    openapi_describe(doc, api_schema_comment(doc->schema, str_z(name)));
    json_out_array(&doc->text, "enum");
    for (size_t i = 0; i < type->n_value; i++) {
        json_out_string(&doc->text, str_z(type->value[i]->name));
    }
    json_out_close(&doc->text);
}

static struct status schema_type(struct openapi *doc, const char *name)
{
    const char *last = strrchr(name, '.');
    const api_message *message = api_schema_message(doc->schema, name);
    const api_enum *type = api_schema_enum(doc->schema, name);
    if (message == NULL && type == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected a schema with '%s'", name);
    }
    json_out_object(&doc->text, last == NULL ? name : last + 1);
    if (message != NULL) {
        TRY(schema_message(doc, name, message));
    } else {
        schema_enum(doc, name, type);
    }
    json_out_close(&doc->text);
    return status_ok();
}

/* What the paths say: google.rpc.Status. */
static void schema_status(struct openapi *doc)
{
    static const char *const members[] = {
        "\"type\": \"object\"",
        "\"description\": \"Why it was refused (google.rpc.Status).\"",
        "\"required\": [\"code\", \"message\"]",
        "\"properties\": {\"code\": {\"type\": \"integer\", \"description\": \"A code of gRPC.\"}, "
        "\"message\": {\"type\": \"string\", \"description\": \"What was expected.\"}, "
        "\"details\": {\"type\": \"array\", \"items\": {\"type\": \"object\", "
        "\"required\": [\"@type\"], \"properties\": {\"@type\": {\"type\": \"string\"}}, "
        "\"additionalProperties\": true}}}",
    };
    json_out_object(&doc->text, "Status");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_out_members(&doc->text, members[i]);
    }
    json_out_close(&doc->text);
}

static void schema_failures(struct openapi *doc)
{
    json_out_object(&doc->text, "responses");
    for (size_t i = 0; i < openapi_failures_count; i++) {
        json_out_object(&doc->text, openapi_failures[i].status);
        json_out_member(&doc->text, "description", str_z(openapi_failures[i].meaning));
        json_out_members(&doc->text, "\"content\": {\"application/json\": {\"schema\": "
                                     "{\"$ref\": \"#/components/schemas/Status\"}}}");
        json_out_close(&doc->text);
    }
    json_out_close(&doc->text);
}

/* A type that is written can speak of more. */
struct status openapi_components(struct openapi *doc)
{
    json_out_object(&doc->text, "components");
    json_out_object(&doc->text, "schemas");
    schema_status(doc);
    for (size_t i = 0; i < doc->types_count; i++) {
        TRY(schema_type(doc, doc->types[i]));
    }
    json_out_close(&doc->text);
    schema_failures(doc);
    json_out_members(
        &doc->text,
        "\"headers\": {\"Position\": {\"description\": \"A token of what was read or decided: an "
        "agencygrid-as-of or agencygrid-at-least of later calls.\", \"schema\": {\"type\": "
        "\"string\"}}}, \"securitySchemes\": {\"bearer\": {\"type\": \"http\", \"scheme\": "
        "\"bearer\", \"description\": \"A JWT access token, or an API key.\"}, \"mutualTLS\": "
        "{\"type\": \"mutualTLS\", \"description\": \"A client certificate.\"}}");
    json_out_close(&doc->text);
    return status_ok();
}
