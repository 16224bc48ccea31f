/* The schema as its authors wrote it: services, messages, fields and enums with their comments, by
 * full name. Read once from a FileDescriptorSet made with --include_source_info, then constant. */
#ifndef CORE_API_SCHEMA_H
#define CORE_API_SCHEMA_H

#include "core/base/arena.h"
#include "core/base/hmap.h"
#include "google/protobuf/descriptor.pb-c.h"

typedef Google__Protobuf__DescriptorProto api_message;
typedef Google__Protobuf__FieldDescriptorProto api_field;
typedef Google__Protobuf__EnumDescriptorProto api_enum;
typedef Google__Protobuf__ServiceDescriptorProto api_service;
typedef Google__Protobuf__MethodDescriptorProto api_method;

/* That of all that has paths. */
#define API_PACKAGE "agency.v1"

struct api_schema {
    struct arena arena;
    Google__Protobuf__FileDescriptorSet *files;
    struct hmap messages; /* api_message by "agency.v1.Role" */
    struct hmap enums;    /* api_enum by "agency.v1.EntityKind" */
    struct hmap comments; /* a text by "agency.v1.Role.role_id", "agency.v1.Query.Check" */
};

/* The descriptors of this program's schema, proto/ and what is made of it, with their comments. */
struct str api_schema_descriptors(void);

/* DATA_LOSS for bytes that are none. To be released in any case. */
MUST_USE struct status api_schema_open(struct api_schema *schema, struct str set);
void api_schema_release(struct api_schema *schema);

/* By the full name, with or without a dot before it, as fields give it; NULL when there is none. */
const api_message *api_schema_message(const struct api_schema *schema, const char *name);
const api_enum *api_schema_enum(const struct api_schema *schema, const char *name);
/* On one line, without the space around; empty when there is none. */
struct str api_schema_comment(const struct api_schema *schema, struct str name);

/* NULL when there is none. */
const api_field *api_message_field(const api_message *message, const char *name);

static inline bool api_field_repeated(const api_field *field)
{
    return field->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
}

static inline bool api_field_is_message(const api_field *field)
{
    return field->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE;
}

/* Whether the field is a message of this type (".agency.v1.Role"). */
bool api_field_is(const api_field *field, const char *type);
/* A message with fields of its own, which no well-known JSON form stands for. */
bool api_field_is_plain(const api_field *field);

#endif
