/* The well-known types, whose JSON is not that of their fields. */
#include <ctype.h>

#include "core/base/time.h"
#include "core/pb/json_known.h"
#include "core/pb/json_reader.h"
#include "core/pb/message.h"

static bool pb_read_new_entry(struct pb_reader *reader, struct str key,
                              Google__Protobuf__Struct__FieldsEntry **made)
{
    struct str copy = arena_copy(reader->arena, key);
    Google__Protobuf__Struct__FieldsEntry *entry = arena_alloc(reader->arena, sizeof *entry);
    if (copy.data == NULL || entry == NULL) {
        return pb_read_full(reader);
    }
    google__protobuf__struct__fields_entry__init(entry);
    entry->key = (char *)(uintptr_t)copy.data;
    *made = entry;
    return true;
}

/* An entry is a level of its own, as on the wire; its frame stays empty. */
static bool pb_read_entry(struct pb_reader *reader, struct str key,
                          Google__Protobuf__Struct__FieldsEntry **entry)
{
    if (key.size > 0 && memchr(key.data, '\0', key.size) != NULL) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected names without NUL");
    }
    pb_read_frame(reader)->key = key;
    if (!pb_read_new_entry(reader, key, entry) || !pb_read_enter(reader) ||
        !pb_read_new(reader, &google__protobuf__value__descriptor, &(*entry)->value)) {
        return false;
    }
    reader->depth--;
    return true;
}

static bool pb_read_entries(struct pb_reader *reader, Google__Protobuf__Struct *map)
{
    bool first = true;
    struct str key;
    size_t room = 0;
    while (json_next_name(&reader->scan, &first, &key) && key.data != NULL) {
        map->fields =
            arena_grow(reader->arena, map->fields, map->n_fields, sizeof *map->fields, &room);
        if (map->fields == NULL) {
            return pb_read_full(reader);
        }
        if (!pb_read_entry(reader, key, &map->fields[map->n_fields])) {
            return false;
        }
        map->n_fields++;
    }
    return reader->scan.status.code == STATUS_OK;
}

/* Sorting drops doubled names, which tells that there were some. */
static bool pb_read_struct(struct pb_reader *reader, ProtobufCMessage *message)
{
    Google__Protobuf__Struct *map = (Google__Protobuf__Struct *)(void *)message;
    if (pb_read_kind(reader) != JSON_OBJECT) {
        return pb_read_fail(reader, "an object");
    }
    if (!json_enter(&reader->scan, JSON_OBJECT) || !pb_read_entries(reader, map)) {
        return false;
    }
    pb_read_frame(reader)->key = (struct str){ 0 };
    size_t count = map->n_fields;
    reader->scan.status = pb_sort_structs(reader->arena, message);
    if (reader->scan.status.code == STATUS_OK && map->n_fields < count) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected each name once");
    }
    return reader->scan.status.code == STATUS_OK;
}

static bool pb_read_list_value(struct pb_reader *reader, ProtobufCMessage *message)
{
    return pb_read_list(reader, message, &message->descriptor->fields[0]);
}

/* The member of Value that holds a kind of JSON value. */
static bool pb_read_any_value(struct pb_reader *reader, ProtobufCMessage *message)
{
    static const uint32_t numbers[] = {
        [JSON_OBJECT] = GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE,
        [JSON_ARRAY] = GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE,
        [JSON_STRING] = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE,
        [JSON_NUMBER] = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE,
        [JSON_TRUE] = GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE,
        [JSON_FALSE] = GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE,
        [JSON_NULL] = GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE,
        [JSON_NOTHING] = GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET,
    };
    uint32_t number = numbers[pb_read_kind(reader)];
    if (number == 0) {
        return pb_read_fail(reader, "a JSON value");
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(message->descriptor, number);
    Google__Protobuf__Value *value = (Google__Protobuf__Value *)(void *)message;
    value->kind_case = (Google__Protobuf__Value__KindCase)number;
    return pb_read_value(reader, field, pb_field_at(message, field));
}

static bool pb_read_wrapper(struct pb_reader *reader, ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[0];
    return pb_read_scalar(reader, field, pb_field_at(message, field));
}

static bool pb_read_quoted(struct pb_reader *reader, const char *expected, struct str *text)
{
    return pb_read_kind(reader) == JSON_STRING ? json_string(&reader->scan, text)
                                               : pb_read_fail(reader, expected);
}

static bool pb_read_timestamp(struct pb_reader *reader, ProtobufCMessage *message)
{
    static const char expected[] = "a time like \"2020-06-01T12:30:00Z\"";
    Google__Protobuf__Timestamp *time = (Google__Protobuf__Timestamp *)(void *)message;
    struct str text;
    if (!pb_read_quoted(reader, expected, &text)) {
        return false;
    }
    struct status status = time_parse_nanos(text, &time->seconds, &time->nanos);
    return status.code == STATUS_OK || pb_read_fail(reader, expected);
}

static bool pb_read_duration(struct pb_reader *reader, ProtobufCMessage *message)
{
    static const char expected[] = "a duration like \"1.5s\"";
    Google__Protobuf__Duration *duration = (Google__Protobuf__Duration *)(void *)message;
    struct str text;
    if (!pb_read_quoted(reader, expected, &text)) {
        return false;
    }
    return pb_duration_parse(text, &duration->seconds, &duration->nanos) ||
           pb_read_fail(reader, expected);
}

/* "roleType.name" -> "role_type.name"; false for what no name of a schema gives. */
static bool pb_read_mask_path(struct str json, struct buf *path)
{
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (isupper((unsigned char)c)) {
            buf_byte(path, '_');
        } else if (!islower((unsigned char)c) && !isdigit((unsigned char)c) && c != '.') {
            return false;
        }
        buf_byte(path, (uint8_t)tolower((unsigned char)c));
    }
    return json.size > 0;
}

static size_t pb_read_mask_count(struct str text)
{
    size_t count = text.size > 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == ',';
    }
    return count;
}

static bool pb_read_mask_next(struct pb_reader *reader, struct str *text, char **path)
{
    const char *comma = memchr(text->data, ',', text->size);
    size_t size = comma == NULL ? text->size : (size_t)(comma - text->data);
    struct buf snake = { 0 };
    struct str copy = { 0 };
    bool valid = pb_read_mask_path(str_make(text->data, size), &snake);
    if (valid) {
        copy = arena_copy(reader->arena, buf_str(&snake));
    }
    buf_release(&snake);
    *path = (char *)(uintptr_t)copy.data;
    *text = str_from(*text, comma == NULL ? size : size + 1);
    if (!valid) {
        return pb_read_fail(reader, "paths like \"name,roleType\"");
    }
    return *path != NULL || pb_read_full(reader);
}

static bool pb_read_mask(struct pb_reader *reader, ProtobufCMessage *message)
{
    Google__Protobuf__FieldMask *mask = (Google__Protobuf__FieldMask *)(void *)message;
    struct str text;
    if (!pb_read_quoted(reader, "paths like \"name,roleType\"", &text)) {
        return false;
    }
    mask->n_paths = pb_read_mask_count(text);
    mask->paths = arena_alloc(reader->arena, mask->n_paths * sizeof *mask->paths);
    if (mask->paths == NULL) {
        return pb_read_full(reader);
    }
    for (size_t i = 0; i < mask->n_paths; i++) {
        if (!pb_read_mask_next(reader, &text, &mask->paths[i])) {
            return false;
        }
    }
    return true;
}

bool pb_read_is_known(const ProtobufCMessageDescriptor *descriptor)
{
    return pb_known(descriptor) != PB_KNOWN_NOT;
}

bool pb_read_known(struct pb_reader *reader, ProtobufCMessage *message)
{
    static bool (*const readers[])(struct pb_reader *, ProtobufCMessage *) = {
        [PB_KNOWN_TIMESTAMP] = pb_read_timestamp, [PB_KNOWN_DURATION] = pb_read_duration,
        [PB_KNOWN_MASK] = pb_read_mask,           [PB_KNOWN_STRUCT] = pb_read_struct,
        [PB_KNOWN_VALUE] = pb_read_any_value,     [PB_KNOWN_LIST] = pb_read_list_value,
        [PB_KNOWN_WRAPPER] = pb_read_wrapper,     [PB_KNOWN_ANY] = pb_read_any,
    };
    return readers[pb_known(message->descriptor)](reader, message);
}

bool pb_read_takes_null(const ProtobufCFieldDescriptor *field)
{
    return (field->type == PROTOBUF_C_TYPE_MESSAGE &&
            field->descriptor == &google__protobuf__value__descriptor) ||
           (field->type == PROTOBUF_C_TYPE_ENUM &&
            field->descriptor == &google__protobuf__null_value__descriptor);
}
