/* google.protobuf.Any: a message with its type beside its fields, or beside a "value" where its
 * JSON is not that of its fields. The type may stand behind the fields, so the object is read
 * twice. */
#include "core/pb/json_known.h"
#include "core/pb/json_reader.h"
#include "core/pb/message.h"
#include "google/protobuf/any.pb-c.h"

/* The text of "@type"; empty for {}. */
static bool pb_any_type(struct pb_reader *reader, struct str *type, bool *empty)
{
    struct json_scan *scan = &reader->scan;
    bool first = true;
    struct str name;
    *type = (struct str){ 0 };
    *empty = true;
    if (!json_enter(scan, JSON_OBJECT)) {
        return false;
    }
    while (json_next_name(scan, &first, &name) && name.data != NULL) {
        bool here = str_eq(name, STR("@type"));
        *empty = false;
        if (here && type->data != NULL) {
            return pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected one \"@type\"");
        }
        if (here ? !json_string(scan, type) : !json_skip(scan)) {
            return false;
        }
    }
    return scan->status.code == STATUS_OK;
}

/* {"@type": ..., "value": ...} */
static bool pb_any_value(struct pb_reader *reader, const ProtobufCMessageDescriptor *descriptor,
                         ProtobufCMessage **message)
{
    bool first = true;
    struct str name;
    *message = NULL;
    if (!json_enter(&reader->scan, JSON_OBJECT)) {
        return false;
    }
    while (json_next_name(&reader->scan, &first, &name) && name.data != NULL) {
        bool value = str_eq(name, STR("value"));
        if (!value && !str_eq(name, STR("@type"))) {
            return pb_read_problem(reader, STATUS_INVALID_ARGUMENT,
                                   "expected \"value\" and no other field");
        }
        if (value ? *message != NULL || !pb_read_new(reader, descriptor, message)
                  : !json_skip(&reader->scan)) {
            return reader->scan.status.code != STATUS_OK
                       ? false
                       : pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected one \"value\"");
        }
    }
    return reader->scan.status.code == STATUS_OK &&
           (*message != NULL ||
            pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected a \"value\""));
}

static bool pb_any_fields(struct pb_reader *reader, const ProtobufCMessageDescriptor *descriptor,
                          ProtobufCMessage **message)
{
    reader->scan.status = pb_new(reader->arena, descriptor, message);
    if (reader->scan.status.code != STATUS_OK || !pb_read_enter(reader)) {
        return false;
    }
    pb_read_frame(reader)->any = true;
    bool read = pb_read_object(reader, *message);
    reader->depth -= read;
    return read;
}

static bool pb_any_store(struct pb_reader *reader, struct str type, const ProtobufCMessage *message,
                         Google__Protobuf__Any *any)
{
    struct str bytes, url = arena_copy(reader->arena, type);
    reader->scan.status =
        url.data == NULL ? arena_full(reader->arena) : pb_pack(reader->arena, message, &bytes);
    if (reader->scan.status.code != STATUS_OK) {
        return false;
    }
    any->type_url = (char *)(uintptr_t)url.data;
    any->value = (ProtobufCBinaryData){ bytes.size, (uint8_t *)(uintptr_t)bytes.data };
    return true;
}

bool pb_read_any(struct pb_reader *reader, ProtobufCMessage *into)
{
    struct json_scan begin;
    struct str type;
    bool empty;
    ProtobufCMessage *message;
    if (reader->types == NULL) {
        return pb_read_problem(reader, STATUS_UNIMPLEMENTED,
                               "expected no google.protobuf.Any, which has no JSON here");
    }
    if (pb_read_kind(reader) != JSON_OBJECT) {
        return pb_read_fail(reader, "an object with \"@type\"");
    }
    begin = reader->scan;
    if (!pb_any_type(reader, &type, &empty)) {
        return false;
    }
    if (empty) {
        return true;
    }
    const ProtobufCMessageDescriptor *descriptor = pb_types_find(reader->types, type);
    if (descriptor == NULL || memchr(type.data, '/', type.size) == NULL) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT,
                               "expected the URL of a type that is known here as \"@type\"");
    }
    reader->scan = begin;
    bool known = pb_known(descriptor) != PB_KNOWN_NOT || pb_known_is_empty(descriptor);
    return (known ? pb_any_value(reader, descriptor, &message)
                  : pb_any_fields(reader, descriptor, &message)) &&
           pb_any_store(reader, type, message, (Google__Protobuf__Any *)(void *)into);
}
