/* JSON into messages, guided by descriptors: objects, lists, and the path for what fails. Levels
 * are counted as the wire guard counts them, so what is read here can also be sent. */
#include "core/pb/json.h"

#include "core/base/nearest.h"
#include "core/pb/json_reader.h"

enum { PB_READ_FIELDS_MAX = 1024 };

bool pb_read_enter(struct pb_reader *reader)
{
    uint32_t depth_max = MESSAGE_DEPTH_MAX - (reader->body != NULL); /* it is one more when sent */
    if (reader->depth == depth_max) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT, "expected fewer levels");
    }
    reader->depth++;
    *pb_read_frame(reader) = (struct pb_reader_frame){ 0 };
    return true;
}

enum json_kind pb_read_kind(struct pb_reader *reader)
{
    enum json_kind kind = json_peek(&reader->scan);
    reader->value_at = reader->scan.at;
    return kind;
}

/* "command.roles[2].roleId: ", or nothing at the top. */
static void pb_read_path(const struct pb_reader *reader, struct buf *path)
{
    for (uint32_t i = 0; i < reader->depth; i++) {
        const struct pb_reader_frame *frame = &reader->frames[i];
        bool named = frame->field != NULL || frame->key.size > 0;
        buf_append(path, named && path->size > 0 ? STR(".") : STR(""));
        if (frame->field != NULL) {
            pb_field_json_name(frame->field->name, path);
        } else {
            buf_append(path, frame->key);
        }
        if (frame->items > 0) {
            buf_printf(path, "[%zu]", frame->items - 1);
        }
    }
    buf_append(path, path->size > 0 ? STR(": ") : STR(""));
}

bool pb_read_problem(struct pb_reader *reader, enum status_code code, const char *problem)
{
    struct buf path = { 0 };
    pb_read_path(reader, &path);
    reader->scan.status = status_error(code, "%.*s%s", STR_ARG(buf_str(&path)), problem);
    buf_release(&path);
    return false;
}

bool pb_read_fail(struct pb_reader *reader, const char *expected)
{
    struct buf problem = { 0 };
    reader->scan.at = reader->value_at;
    struct str found = json_excerpt(&reader->scan);
    if (found.size == 0) {
        buf_printf(&problem, "expected %s", expected);
    } else {
        buf_printf(&problem, "expected %s, but it is '%.*s'", expected, STR_ARG(found));
    }
    buf_byte(&problem, '\0');
    pb_read_problem(reader, STATUS_INVALID_ARGUMENT, problem.data);
    buf_release(&problem);
    return false;
}

bool pb_read_full(struct pb_reader *reader)
{
    reader->scan.status = arena_full(reader->arena);
    return false;
}

bool pb_read_value(struct pb_reader *reader, const ProtobufCFieldDescriptor *field, void *value)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return pb_read_new(reader, pb_field_type(field), value);
    }
    return pb_read_scalar(reader, field, value);
}

bool pb_read_list(struct pb_reader *reader, ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field)
{
    struct pb_reader_frame *frame = pb_read_frame(reader);
    size_t size = pb_field_size(field), count = 0, room = 0;
    unsigned char *items = NULL;
    bool first = true, more;
    if (pb_read_kind(reader) != JSON_ARRAY) {
        return pb_read_fail(reader, "a list");
    }
    if (!json_enter(&reader->scan, JSON_ARRAY) || !json_next_item(&reader->scan, &first, &more)) {
        return false;
    }
    while (more) {
        frame->items = count + 1;
        items = arena_grow(reader->arena, items, count, size, &room);
        if (items == NULL) {
            return pb_read_full(reader);
        }
        if (!pb_read_value(reader, field, items + count * size) ||
            !json_next_item(&reader->scan, &first, &more)) {
            return false;
        }
        count++;
    }
    frame->items = 0;
    pb_field_set_items(message, field, items, count);
    return true;
}

static bool pb_read_single(struct pb_reader *reader, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field)
{
    union {
        uint64_t number;
        ProtobufCMessage *message;
        ProtobufCBinaryData bytes;
    } value;
    if (pb_field_in_oneof(field) && pb_field_case(message, field) != 0) {
        return pb_read_problem(reader, STATUS_INVALID_ARGUMENT,
                               "expected one of several fields, but another one is there, too");
    }
    if (!pb_read_value(reader, field, &value)) {
        return false;
    }
    pb_field_set(message, field, &value);
    return true;
}

static bool pb_read_member(struct pb_reader *reader, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field)
{
    if (pb_read_kind(reader) == JSON_NULL &&
        (pb_field_repeated(field) || !pb_read_takes_null(field))) {
        return json_literal(&reader->scan, JSON_NULL); /* null is the default */
    }
    if (pb_field_is_map(field)) {
        return pb_read_map(reader, message, field);
    }
    return pb_field_repeated(field) ? pb_read_list(reader, message, field)
                                    : pb_read_single(reader, message, field);
}

static bool pb_read_unknown(struct pb_reader *reader, const ProtobufCMessageDescriptor *descriptor,
                            struct str name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        struct buf candidate = { 0 };
        pb_field_json_name(descriptor->fields[i].name, &candidate);
        nearest_offer(&nearest, buf_str(&candidate));
        buf_release(&candidate);
    }
    struct buf problem = { 0 };
    buf_printf(&problem, "expected a field of %s, but there is no '%.*s'%s", descriptor->name,
               STR_ARG(name), nearest_hint(&nearest));
    buf_byte(&problem, '\0');
    pb_read_problem(reader, STATUS_INVALID_ARGUMENT, problem.data);
    buf_release(&problem);
    return false;
}

/* Names mostly come in the order of the schema, so the one after the last is tried first. */
static const ProtobufCFieldDescriptor *pb_read_find(const ProtobufCMessageDescriptor *descriptor,
                                                    const ProtobufCFieldDescriptor *last,
                                                    struct str name)
{
    size_t next = last == NULL ? 0 : (size_t)(last - descriptor->fields) + 1;
    if (next < descriptor->n_fields && pb_field_is_json_name(&descriptor->fields[next], name)) {
        return &descriptor->fields[next];
    }
    return pb_field_find(descriptor, name);
}

/* The entity of a body, which is there even if the text says nothing of it; NULL: it is none. */
static bool pb_read_body(struct pb_reader *reader, ProtobufCMessage *message,
                         ProtobufCMessage **entity)
{
    *entity = NULL;
    if (reader->depth != 1 || reader->body == NULL) {
        return true;
    }
    const ProtobufCMessageDescriptor *type = pb_field_type(reader->body);
    *entity = arena_alloc(reader->arena, type->sizeof_message);
    if (*entity == NULL) {
        return pb_read_full(reader);
    }
    protobuf_c_message_init(type, *entity);
    pb_field_set(message, reader->body, entity);
    return true;
}

/* Where a member goes: into the message, or into the entity of a body; `place` tells them all
 * apart. NULL: into neither. */
static const ProtobufCFieldDescriptor *pb_read_target(struct pb_reader *reader,
                                                      ProtobufCMessage *entity, struct str name,
                                                      ProtobufCMessage **message, size_t *place)
{
    const ProtobufCMessageDescriptor *descriptor = (*message)->descriptor;
    const ProtobufCFieldDescriptor *last = entity == NULL ? pb_read_frame(reader)->field : NULL;
    const ProtobufCFieldDescriptor *field = pb_read_find(descriptor, last, name);
    size_t before = 0;
    if (entity != NULL && (field == NULL || field == reader->body)) {
        before = descriptor->n_fields;
        *message = entity;
        field = pb_field_find(entity->descriptor, name);
    }
    *place = field == NULL ? 0 : before + (size_t)(field - (*message)->descriptor->fields);
    return field;
}

bool pb_read_object(struct pb_reader *reader, ProtobufCMessage *message)
{
    struct pb_reader_frame *frame = pb_read_frame(reader);
    ProtobufCMessage *entity;
    uint64_t seen[PB_READ_FIELDS_MAX / 64];
    bool first = true;
    struct str name;
    if (!pb_read_body(reader, message, &entity) || !json_enter(&reader->scan, JSON_OBJECT)) {
        return false;
    }
    size_t places =
        message->descriptor->n_fields + (entity == NULL ? 0 : entity->descriptor->n_fields);
    assert(places <= PB_READ_FIELDS_MAX);
    memset(seen, 0, (places + 63) / 64 * sizeof seen[0]);
    while (json_next_name(&reader->scan, &first, &name) && name.data != NULL) {
        if (frame->any && str_eq(name, STR("@type"))) {
            if (!json_skip(&reader->scan)) {
                return false;
            }
            continue;
        }
        ProtobufCMessage *holder = message;
        size_t index;
        const ProtobufCFieldDescriptor *field =
            pb_read_target(reader, entity, name, &holder, &index);
        frame->field = field;
        if (field == NULL) {
            return pb_read_unknown(reader, holder->descriptor, name);
        }
        uint64_t bit = UINT64_C(1) << (index % 64);
        if ((seen[index / 64] & bit) != 0) {
            return pb_read_problem(reader, STATUS_INVALID_ARGUMENT,
                                   "expected each name once, but this one is there again");
        }
        seen[index / 64] |= bit;
        if (!pb_read_member(reader, holder, field)) {
            return false;
        }
    }
    return reader->scan.status.code == STATUS_OK;
}

bool pb_read_new(struct pb_reader *reader, const ProtobufCMessageDescriptor *descriptor,
                 void *value)
{
    ProtobufCMessage *message = arena_alloc(reader->arena, descriptor->sizeof_message);
    if (message == NULL) {
        return pb_read_full(reader);
    }
    protobuf_c_message_init(descriptor, message);
    memcpy(value, &message, sizeof message);
    bool known = pb_read_is_known(descriptor);
    if (pb_read_kind(reader) != JSON_OBJECT && !known) {
        return pb_read_fail(reader, "an object");
    }
    if (!pb_read_enter(reader)) {
        return false;
    }
    bool read = known ? pb_read_known(reader, message) : pb_read_object(reader, message);
    if (read) {
        reader->depth--; /* otherwise the frames still say where it failed */
    }
    return read;
}

static struct status pb_read_text(struct arena *arena, const struct pb_types *types,
                                  const ProtobufCFieldDescriptor *body,
                                  const ProtobufCMessageDescriptor *descriptor, struct str text,
                                  void *message)
{
    struct pb_reader reader; /* its frames are not worth clearing */
    reader.arena = arena;
    reader.types = types;
    reader.body = body;
    reader.depth = 0;
    json_init(&reader.scan, text, arena);
    if (!pb_read_new(&reader, descriptor, message) || !json_finish(&reader.scan)) {
        assert(reader.scan.status.code != STATUS_OK);
        return reader.scan.status;
    }
    return status_ok();
}

struct status pb_from_json(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                           struct str text, void *message)
{
    return pb_read_text(arena, NULL, NULL, descriptor, text, message);
}

struct status pb_from_json_with(struct arena *arena, const struct pb_types *types,
                                const ProtobufCMessageDescriptor *descriptor, struct str text,
                                void *message)
{
    return pb_read_text(arena, types, NULL, descriptor, text, message);
}

struct status pb_from_json_body(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                const ProtobufCFieldDescriptor *body, struct str text,
                                void *message)
{
    return pb_read_text(arena, NULL, body, descriptor, text, message);
}
