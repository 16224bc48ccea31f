/* Maps, which on the wire are lists of entries: a JSON object, whose names are the keys. */
#include "core/pb/json_reader.h"

/* A key that is no text stands between quotes all the same: its text is read as a value. */
static bool pb_map_key(struct pb_reader *reader, const ProtobufCFieldDescriptor *field,
                       struct str name, void *value)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        struct str copy = arena_copy(reader->arena, name);
        *(char **)value = (char *)(uintptr_t)copy.data;
        if (copy.data == NULL) {
            return pb_read_full(reader);
        }
        return memchr(copy.data, '\0', copy.size) == NULL ||
               pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected names without NUL");
    }
    struct json_scan behind = reader->scan;
    json_init(&reader->scan, name, reader->arena);
    bool read = json_peek(&reader->scan) != JSON_STRING && pb_read_scalar(reader, field, value) &&
                json_finish(&reader->scan);
    struct status status = reader->scan.status;
    reader->scan = behind;
    if (!read && status.code == STATUS_OK) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected a key of its type");
    }
    reader->scan.status = status;
    return read;
}

static bool pb_map_entry(struct pb_reader *reader, const ProtobufCMessageDescriptor *type,
                         struct str name, ProtobufCMessage **made)
{
    ProtobufCMessage *entry = arena_alloc(reader->arena, type->sizeof_message);
    if (entry == NULL) {
        return pb_read_full(reader);
    }
    protobuf_c_message_init(type, entry);
    *made = entry;
    pb_read_frame(reader)->key = name;
    if (!pb_map_key(reader, &type->fields[0], name, pb_field_at(entry, &type->fields[0])) ||
        !pb_read_enter(reader) ||
        !pb_read_value(reader, &type->fields[1], pb_field_at(entry, &type->fields[1]))) {
        return false;
    }
    reader->depth--;
    return true;
}

bool pb_read_map(struct pb_reader *reader, ProtobufCMessage *message,
                 const ProtobufCFieldDescriptor *field)
{
    size_t count = 0, room = 0;
    ProtobufCMessage **entries = NULL;
    bool first = true;
    struct str name;
    if (pb_read_kind(reader) != JSON_OBJECT) {
        return pb_read_fail(reader, "an object");
    }
    if (!json_enter(&reader->scan, JSON_OBJECT)) {
        return false;
    }
    while (json_next_name(&reader->scan, &first, &name) && name.data != NULL) {
        entries = arena_grow(reader->arena, entries, count, sizeof *entries, &room);
        if (entries == NULL) {
            return pb_read_full(reader);
        }
        if (!pb_map_entry(reader, pb_field_type(field), name, &entries[count])) {
            return false;
        }
        count++;
    }
    pb_read_frame(reader)->key = (struct str){ 0 };
    pb_field_set_items(message, field, entries, count);
    return reader->scan.status.code == STATUS_OK;
}
